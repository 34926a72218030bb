/** Says that something could not be loaded, and loads it again. */
export function LoadFailed({ problem, onRetry }: { problem: string; onRetry: () => void }) {
  return (
    <>
      <p role="alert">{problem}</p>
      <button className="primary" onClick={onRetry}>
        Try again
      </button>
    </>
  );
}
