/** A command that cannot do what it was told, with what to do about it: the message alone is shown, exit code 1. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}
