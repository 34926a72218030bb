import { type SubmitEvent, useState } from 'react';
import type { MessagePartsFragment } from '../generated/graphql';
import { Isolated } from '../shared/Isolated';
import { Text } from '../shared/Text';
import { textIn } from '../shared/form';
import { clockTime, exactTime } from '../shared/time';

interface Props {
  message: MessagePartsFragment;
  isMine: boolean;
  /** Whether this is the newest of one's own messages that the other one has read. */
  isLastRead: boolean;
  onEdit: (body: string) => void;
  onDelete: () => void;
}

/** One message. One's own can be edited and deleted. */
export function MessageItem({ message, isMine, isLastRead, onEdit, onDelete }: Props) {
  const [isEditing, setEditing] = useState(false);
  const { body, createdAt, editedAt, deletedAt, sender } = message;

  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    const changed = textIn(event.currentTarget, 'body').trim();
    setEditing(false);
    if (changed !== '' && changed !== body) onEdit(changed);
  }

  return (
    <article className={isMine ? 'message mine' : 'message'} data-id={message.id}>
      <span className="hidden">{isMine ? 'You' : <Isolated text={sender.displayName} />}: </span>
      {isEditing ? (
        <form onSubmit={submit} className="edit">
          <textarea
            name="body"
            aria-label="Edit the message"
            defaultValue={body ?? ''}
            maxLength={1024}
            dir="auto"
            autoFocus
            rows={3}
          />
          <button className="primary">Save</button>
          <button
            type="button"
            onClick={() => {
              setEditing(false);
            }}
          >
            Cancel
          </button>
        </form>
      ) : (
        <p className="bubble">{deletedAt ? <em className="quiet">Message deleted</em> : <Text text={body ?? ''} />}</p>
      )}
      <footer className="quiet">
        <time dateTime={createdAt} title={exactTime(createdAt)}>
          {clockTime(createdAt)}
        </time>
        {editedAt && !deletedAt && <span title={exactTime(editedAt)}>edited</span>}
        {isLastRead && <span className="read">Read</span>}
        {isMine && !deletedAt && !isEditing && (
          <span className="actions">
            <button
              onClick={() => {
                setEditing(true);
              }}
            >
              Edit
            </button>
            <button onClick={onDelete}>Delete</button>
          </span>
        )}
      </footer>
    </article>
  );
}
