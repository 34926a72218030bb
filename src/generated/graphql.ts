import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Message as MessageModel, MessageGroup as MessageGroupModel } from '../messages/rows.ts';
import type { MessageEvent as MessageEventModel } from '../resolvers/subscription.ts';
import type { User as UserModel } from '../users/users.ts';
import type { Context } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * A moment in time: RFC 3339, always UTC, always six decimals and a `Z`, so that the order of the
   * strings is the order of time. Example: `2026-11-20T20:26:11.927123Z`.
   */
  DateTime: { input: string; output: string; }
};

/** A reason why nobody was blocked or unblocked. */
export type BlockError = {
  __typename?: 'BlockError';
  /** The reason, for programs. */
  code: BlockErrorCode;
  /** The path of the input at fault, for example `["input", "userId"]`. */
  field: Maybe<Array<Scalars['String']['output']>>;
  /** The reason and what to do, in English. */
  message: Scalars['String']['output'];
};

/** The reasons why nobody was blocked or unblocked. */
export type BlockErrorCode =
  /** The id is the viewer's own. */
  | 'USER_IS_VIEWER'
  /** Nobody has that id. */
  | 'USER_NOT_FOUND';

/** Whom to block. */
export type BlockUserInput = {
  /** The id of the user, a UUID. */
  userId: Scalars['ID']['input'];
};

/** What became of `blockUser`. */
export type BlockUserPayload = {
  __typename?: 'BlockUserPayload';
  /** The user who is blocked then; null where `userErrors` says why nobody is. */
  user: Maybe<User>;
  /** Why nobody was blocked. Empty where somebody was. */
  userErrors: Array<BlockError>;
};

/** A message to delete. */
export type DeleteMessageInput = {
  /** The id of the message group, a UUID. */
  messageGroupId: Scalars['ID']['input'];
  /** The id of the message, a UUID. */
  messageId: Scalars['ID']['input'];
};

/** What became of `deleteMessage`. */
export type DeleteMessagePayload = {
  __typename?: 'DeleteMessagePayload';
  /** The message as it is then; null where `userErrors` says why it was not deleted. */
  message: Maybe<Message>;
  /** Why it was not deleted. Empty where it was. */
  userErrors: Array<MessageError>;
};

/** A new text for a message. */
export type EditMessageInput = {
  /** The new text, as for `sendMessage`. */
  body: Scalars['String']['input'];
  /** The id of the message group, a UUID. */
  messageGroupId: Scalars['ID']['input'];
  /** The id of the message, a UUID. */
  messageId: Scalars['ID']['input'];
};

/** What became of `editMessage`. */
export type EditMessagePayload = {
  __typename?: 'EditMessagePayload';
  /** The message as it is then; null where `userErrors` says why it was not edited. */
  message: Maybe<Message>;
  /** Why it was not edited. Empty where it was. */
  userErrors: Array<MessageError>;
};

/** A change of one of the viewer's message groups. */
export type InboxEvent = {
  __typename?: 'InboxEvent';
  /** Opaque: where to go on after this event. */
  cursor: Scalars['String']['output'];
  /** The message group as it is now. */
  messageGroup: MessageGroup;
};

/** What was read. */
export type MarkReadInput = {
  /** The id of the message group, a UUID. */
  messageGroupId: Scalars['ID']['input'];
  /** The id of the newest message that was read. */
  upTo: Scalars['ID']['input'];
};

/** What became of `markRead`. */
export type MarkReadPayload = {
  __typename?: 'MarkReadPayload';
  /** The group as it is then; null where `userErrors` says why nothing was marked. */
  messageGroup: Maybe<MessageGroup>;
  /** Why nothing was marked. Empty where it was. */
  userErrors: Array<MessageError>;
};

/** One message. Its sender can edit and delete it; its place and time stay. */
export type Message = {
  __typename?: 'Message';
  /** The text, at most 1024 characters. Plain text, never HTML. Null where the message was deleted. */
  body: Maybe<Scalars['String']['output']>;
  /** When it was sent. No two messages of a group have the same time. */
  createdAt: Scalars['DateTime']['output'];
  /** When it was deleted; null where it was not. */
  deletedAt: Maybe<Scalars['DateTime']['output']>;
  /** When it was last edited; null where it never was. */
  editedAt: Maybe<Scalars['DateTime']['output']>;
  /** A UUID. */
  id: Scalars['ID']['output'];
  /** The id of the message group that it belongs to. */
  messageGroupId: Scalars['ID']['output'];
  /** Who sent it. */
  sender: User;
};

/** A page of messages, newest first. */
export type MessageConnection = {
  __typename?: 'MessageConnection';
  /** The messages with their cursors. */
  edges: Array<MessageEdge>;
  /** The messages without their cursors. */
  nodes: Array<Message>;
  /** What lies before and after this page. */
  pageInfo: PageInfo;
};

/** A message in a page. */
export type MessageEdge = {
  __typename?: 'MessageEdge';
  /** Opaque. Stays valid for as long as the message exists. */
  cursor: Scalars['String']['output'];
  /** The message. */
  node: Message;
};

/** A reason why nothing was changed in a message group. */
export type MessageError = {
  __typename?: 'MessageError';
  /** The reason, for programs. */
  code: MessageErrorCode;
  /** The path of the input at fault, for example `["input", "messageId"]`. */
  field: Maybe<Array<Scalars['String']['output']>>;
  /** The reason and what to do, in English. */
  message: Scalars['String']['output'];
};

/** The reasons why nothing was changed in a message group. */
export type MessageErrorCode =
  /** The body is empty, or nothing in it can be seen. */
  | 'MESSAGE_BLANK'
  /** The message was deleted, and cannot be edited any more. */
  | 'MESSAGE_DELETED'
  /** There is no such message group, or the viewer does not take part in it. */
  | 'MESSAGE_GROUP_NOT_FOUND'
  /** There is no such message in the group. */
  | 'MESSAGE_NOT_FOUND'
  /** The message is the other participant's. */
  | 'MESSAGE_OF_ANOTHER'
  /** The body has more than 1024 characters after trimming. */
  | 'MESSAGE_TOO_LONG'
  /** The other participant takes no messages, or none of the viewer's: the message keeps its text. */
  | 'RECIPIENT_UNAVAILABLE';

/** Something that happened in a message group. */
export type MessageEvent = {
  __typename?: 'MessageEvent';
  /** Opaque: where to go on after this event. */
  cursor: Scalars['String']['output'];
  /** Of `TYPING`: until when to show it, if nothing new comes. */
  expiresAt: Maybe<Scalars['DateTime']['output']>;
  /** Of `READ`: when the newest message was sent that the user has read. */
  lastReadAt: Maybe<Scalars['DateTime']['output']>;
  /** The message that was created, edited or deleted, as it is now. Null for other events. */
  message: Maybe<Message>;
  /** What happened. */
  type: MessageEventType;
  /** Who did it. */
  user: User;
};

/** What can happen in a message group. */
export type MessageEventType =
  /** A message was sent. */
  | 'CREATED'
  /** A message lost its text. */
  | 'DELETED'
  /** A message got another text. */
  | 'EDITED'
  /** A participant has read up to a message. Not told where one of the two has turned read receipts off or blocks the other. */
  | 'READ'
  /** A participant types. Never told to who types, and not where `READ` is not told. */
  | 'TYPING';

/** Two people and their messages. Two people share at most one message group. */
export type MessageGroup = {
  __typename?: 'MessageGroup';
  /** A UUID that never changes. */
  id: Scalars['ID']['output'];
  /**
   * The newest message. It follows a new message within moments, not at once; `messages(first: 1)` is
   * exact. Null where the group has no message any more.
   */
  lastMessage: Maybe<Message>;
  /** When the newest message was sent; what the list of message groups is ordered by. */
  lastMessageAt: Scalars['DateTime']['output'];
  /** When the newest message was sent that the viewer has read (see `markRead`); null where none was. */
  lastReadAt: Maybe<Scalars['DateTime']['output']>;
  /** The messages of this group, newest first: the same as `Query.messages`. */
  messages: MessageConnection;
  /** The participant who is not the viewer. */
  otherUser: User;
  /**
   * When the newest message was sent that the other participant has read; null where none was, or where one of the two has
   * turned read receipts off or blocks the other.
   */
  otherUserLastReadAt: Maybe<Scalars['DateTime']['output']>;
  /** Both participants, the viewer first. */
  participants: Array<User>;
  /**
   * How many messages of the other participant the viewer has not read, deleted ones included: exact up to 99, and 100 for
   * that many or more. It follows a new message within moments.
   */
  unreadCount: Scalars['Int']['output'];
};


/** Two people and their messages. Two people share at most one message group. */
export type MessageGroupMessagesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of message groups, the one with the newest message first. */
export type MessageGroupConnection = {
  __typename?: 'MessageGroupConnection';
  /** The message groups with their cursors. */
  edges: Array<MessageGroupEdge>;
  /** The message groups without their cursors. */
  nodes: Array<MessageGroup>;
  /** What lies before and after this page. */
  pageInfo: PageInfo;
};

/** A message group in a page. */
export type MessageGroupEdge = {
  __typename?: 'MessageGroupEdge';
  /**
   * Opaque: the place in the list. A group that gets a message moves to the top, and its old cursor keeps
   * naming the place where it was.
   */
  cursor: Scalars['String']['output'];
  /** The message group. */
  node: MessageGroup;
};

/** The recipient of a message: exactly one of the two. */
export type MessageRecipientInput =
  /** A person, by handle, with or without a leading `@`, in any case. */
  { handle: Scalars['String']['input']; messageGroupId?: never; }
  |  /** A message group that the viewer takes part in, by its id. */
  { handle?: never; messageGroupId: Scalars['ID']['input']; };

/** What somebody allows others. */
export type MessageSettings = {
  __typename?: 'MessageSettings';
  /** Whether the viewer and those they write with see how far the other has read, and that they type. On unless turned off. */
  readReceipts: Scalars['Boolean']['output'];
  /** Whether anybody may write to the viewer, or edit what they wrote. On unless turned off. */
  receivesMessages: Scalars['Boolean']['output'];
};

/** What can be changed. Needs an access token, as every query does. */
export type Mutation = {
  __typename?: 'Mutation';
  /**
   * From now on no message of this user reaches the viewer, nor another text of an earlier one: both are refused with
   * `RECIPIENT_UNAVAILABLE`, as they are where the viewer receives from nobody. The user can still delete their own
   * messages. Typing and read receipts stop on both sides. Any number of times with the same result.
   */
  blockUser: BlockUserPayload;
  /**
   * Takes the text off one of the viewer's own messages, for good. The message stays in its place, with `deletedAt` and
   * without a `body`. Any number of times with the same result.
   */
  deleteMessage: DeleteMessagePayload;
  /**
   * Gives one of the viewer's own messages another text. When it returns without `userErrors`, the text is stored; lists of
   * message groups and subscribers follow within moments. Refused with `RECIPIENT_UNAVAILABLE` if a new message would be.
   * Any number of times with the same result.
   */
  editMessage: EditMessagePayload;
  /**
   * Marks a message and all older ones of its group as read by the viewer; never back. Messages that come in meanwhile
   * stay unread. The other participant sees it as `otherUserLastReadAt`, unless either of the two has turned read receipts
   * off, or blocks the other. Any number of times with the same result.
   */
  markRead: MarkReadPayload;
  /**
   * Sends a message, into a group that exists (`to: { messageGroupId }`) or to a person
   * (`to: { handle }`), which starts a message group where the two have none. When it returns without
   * `userErrors`, the message is stored for good. What the sender can mend is in `userErrors`, and nothing
   * was written then. After a timeout send it again with the same `idempotencyKey`.
   *
   * Example: `sendMessage(input: { to: { handle: "bayko" }, body: "Hello!" }) { message { id } userErrors { code message } }`
   */
  sendMessage: SendMessagePayload;
  /**
   * Tells the other participant's subscribers that the viewer types, for 6 seconds. Once a second is enough: more often it
   * is not passed on. Not passed on either where one of the two blocks the other or has turned read receipts off, or where
   * the other receives from nobody.
   */
  setTyping: SetTypingPayload;
  /** Takes a block back. Any number of times with the same result. */
  unblockUser: UnblockUserPayload;
  /** Changes what the viewer allows others. What is left out stays as it is. */
  updateMessageSettings: UpdateMessageSettingsPayload;
};


/** What can be changed. Needs an access token, as every query does. */
export type MutationBlockUserArgs = {
  input: BlockUserInput;
};


/** What can be changed. Needs an access token, as every query does. */
export type MutationDeleteMessageArgs = {
  input: DeleteMessageInput;
};


/** What can be changed. Needs an access token, as every query does. */
export type MutationEditMessageArgs = {
  input: EditMessageInput;
};


/** What can be changed. Needs an access token, as every query does. */
export type MutationMarkReadArgs = {
  input: MarkReadInput;
};


/** What can be changed. Needs an access token, as every query does. */
export type MutationSendMessageArgs = {
  input: SendMessageInput;
};


/** What can be changed. Needs an access token, as every query does. */
export type MutationSetTypingArgs = {
  messageGroupId: Scalars['ID']['input'];
};


/** What can be changed. Needs an access token, as every query does. */
export type MutationUnblockUserArgs = {
  input: UnblockUserInput;
};


/** What can be changed. Needs an access token, as every query does. */
export type MutationUpdateMessageSettingsArgs = {
  input: UpdateMessageSettingsInput;
};

/** Where a page lies in its list. See the Relay cursor connections specification. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** The cursor of the last (oldest) item of the page; null where the page is empty. */
  endCursor: Maybe<Scalars['String']['output']>;
  /** True exactly where older items follow this page. */
  hasNextPage: Scalars['Boolean']['output'];
  /** True exactly where newer items precede this page. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first (newest) item of the page; null where the page is empty. */
  startCursor: Maybe<Scalars['String']['output']>;
};

/**
 * What can be read. Everything here needs an access token of the user pool in the header
 * `Authorization: Bearer <token>`; without a valid one the answer is HTTP 401 with
 * `extensions.code: UNAUTHENTICATED` and a `reason`.
 */
export type Query = {
  __typename?: 'Query';
  /**
   * The first hundred of `blocks`.
   * @deprecated Ends after 100. Use `blocks`, which has pages.
   */
  blockedUsers: Array<User>;
  /**
   * The users whom the viewer blocks, the newest block first. Pages are as those of `messageGroups`. To know whether one
   * user is blocked, ask for `User.isBlockedByViewer`.
   */
  blocks: UserConnection;
  /** The signed-in user: the viewer. */
  me: User;
  /**
   * One of the viewer's message groups. Null where there is none with this id or where the viewer does not
   * take part in it: the two cannot be told apart. An id that is no UUID is `BAD_USER_INPUT`.
   */
  messageGroup: Maybe<MessageGroup>;
  /**
   * The viewer's message groups, the one with the newest message first. A page is `first`/`after` towards
   * older ones or `last`/`before` towards newer ones: 20 unless said, at most 100. A page out of range or
   * a cursor that this API did not make is `BAD_USER_INPUT`.
   */
  messageGroups: MessageGroupConnection;
  /** What the viewer allows others. */
  messageSettings: MessageSettings;
  /**
   * The messages of one of the viewer's groups, newest first, read consistently: what was sent before the
   * request is in it. `NOT_FOUND` where the viewer does not take part in the group or there is none.
   * To catch up after a broken connection, ask for `last: 100, before: <newest cursor you have>` and go on
   * while `hasPreviousPage` is true.
   */
  messages: MessageConnection;
  /**
   * How many messages the viewer has not read, in all of the newest thousand message groups: exact up to 99, and 100 for
   * that many or more.
   */
  unreadTotal: Scalars['Int']['output'];
  /**
   * The user with this handle, or null where nobody has it. With or without a leading `@`, in any case.
   * Example: `user(handle: "@bayko") { id displayName }`.
   */
  user: Maybe<User>;
};


/**
 * What can be read. Everything here needs an access token of the user pool in the header
 * `Authorization: Bearer <token>`; without a valid one the answer is HTTP 401 with
 * `extensions.code: UNAUTHENTICATED` and a `reason`.
 */
export type QueryBlocksArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * What can be read. Everything here needs an access token of the user pool in the header
 * `Authorization: Bearer <token>`; without a valid one the answer is HTTP 401 with
 * `extensions.code: UNAUTHENTICATED` and a `reason`.
 */
export type QueryMessageGroupArgs = {
  id: Scalars['ID']['input'];
};


/**
 * What can be read. Everything here needs an access token of the user pool in the header
 * `Authorization: Bearer <token>`; without a valid one the answer is HTTP 401 with
 * `extensions.code: UNAUTHENTICATED` and a `reason`.
 */
export type QueryMessageGroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * What can be read. Everything here needs an access token of the user pool in the header
 * `Authorization: Bearer <token>`; without a valid one the answer is HTTP 401 with
 * `extensions.code: UNAUTHENTICATED` and a `reason`.
 */
export type QueryMessagesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  messageGroupId: Scalars['ID']['input'];
};


/**
 * What can be read. Everything here needs an access token of the user pool in the header
 * `Authorization: Bearer <token>`; without a valid one the answer is HTTP 401 with
 * `extensions.code: UNAUTHENTICATED` and a `reason`.
 */
export type QueryUserArgs = {
  handle: Scalars['String']['input'];
};

/** A reason why a message was not sent, for the person who sends it. */
export type SendMessageError = {
  __typename?: 'SendMessageError';
  /** The reason, for programs. */
  code: SendMessageErrorCode;
  /** The path of the input at fault, for example `["input", "to", "handle"]`. */
  field: Maybe<Array<Scalars['String']['output']>>;
  /** The reason and what to do, in English. */
  message: Scalars['String']['output'];
};

/** The reasons why a message was not sent. */
export type SendMessageErrorCode =
  /** The idempotency key was used before with another recipient or body. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** The body is empty, or nothing in it can be seen. */
  | 'MESSAGE_BLANK'
  /** There is no such message group, or the viewer does not take part in it. */
  | 'MESSAGE_GROUP_NOT_FOUND'
  /** The body has more than 1024 characters after trimming. */
  | 'MESSAGE_TOO_LONG'
  /** The handle is the viewer's own. */
  | 'RECIPIENT_IS_SENDER'
  /** Nobody has that handle. */
  | 'RECIPIENT_NOT_FOUND'
  /** The recipient takes no messages, or none of the viewer's. */
  | 'RECIPIENT_UNAVAILABLE';

/** A message to send. */
export type SendMessageInput = {
  /**
   * The text: 1 to 1024 characters (Unicode code points) after white space at both ends is taken off.
   * Line breaks inside are kept. A NUL character is `BAD_USER_INPUT`.
   */
  body: Scalars['String']['input'];
  /**
   * 1 to 128 characters that you choose for this message, for example a UUID. A retry with the same key
   * never sends twice: with the same input it answers with the first message and `replayed: true`; with
   * another input it is refused with `IDEMPOTENCY_KEY_REUSED`. A key is remembered for 24 hours, and belongs
   * to its sender.
   */
  idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** To whom: exactly one of a message group or a handle. */
  to: MessageRecipientInput;
};

/** What became of `sendMessage`. */
export type SendMessagePayload = {
  __typename?: 'SendMessagePayload';
  /** True where this message started the message group. */
  isNewMessageGroup: Scalars['Boolean']['output'];
  /** The stored message; null where `userErrors` says why there is none. */
  message: Maybe<Message>;
  /** The group as it stands after this message; null where there is no message. */
  messageGroup: Maybe<MessageGroup>;
  /** True where the idempotency key had been used, and this is the answer to the first use of it. */
  replayed: Scalars['Boolean']['output'];
  /** Why nothing was sent. Empty where the message is stored. */
  userErrors: Array<SendMessageError>;
};

/** What became of `setTyping`. */
export type SetTypingPayload = {
  __typename?: 'SetTypingPayload';
  /** Until when the other side shows it; null where `userErrors` says why it was not told. */
  expiresAt: Maybe<Scalars['DateTime']['output']>;
  /** Why it was not told. Empty where it was, or would have been but for a block or a setting. */
  userErrors: Array<MessageError>;
};

/**
 * What is told as it happens, over the `graphql-transport-ws` protocol (the package `graphql-ws`) on the same path. The
 * access token goes into the payload of `connection_init`: `{ "authorization": "Bearer <token>" }`. Without one the socket
 * is closed with 4401, with one that does not count, or no longer, with 4403; the reason of the close is that of
 * UNAUTHENTICATED.
 *
 * Every event has a `cursor`. Subscribe again with `after: <cursor of the last event>`, and nothing is missing and nothing
 * comes twice, however long you were away. With a cursor of a page (of `messages`, or of `messageGroups`) you are taken to
 * have all that is there up to it. Events come by time, but one that was being written while a newer one was done comes
 * after it; that happens within 5 seconds. Events come within moments; where a
 * part of the system is down, within 30 seconds of its return.
 *
 * A socket that takes nothing for 10 seconds is closed with 1013, as is one that cannot be let in at present, and one whose
 * server stops with 1012: subscribe again. A user who is deleted is closed with 4403 within a minute.
 *
 * Unless the operator says otherwise, a user holds at most 50 sockets on one server (the next one is closed with 1013 and
 * `TOO_MANY_SOCKETS`) and 300 subscriptions (the next one is refused with `TOO_MANY_SUBSCRIPTIONS`: end some). A
 * subscription has at most 300 tokens. Each event costs the points of its selection, one at least, and each page of 100
 * entries that is read for a subscription costs one. Events have points of their own, half as many
 * as the user may spend on operations in a minute. While there are none left a subscription pauses; it goes on without a gap and without a repetition.
 */
export type Subscription = {
  __typename?: 'Subscription';
  /**
   * The viewer's message groups, each as it is after a change: it came into being, it has a new message, its newest message
   * was edited or deleted, or what is unread in it changed.
   */
  inboxEvents: InboxEvent;
  /** What happens in one of the viewer's groups. `NOT_FOUND` where the viewer does not take part in it or there is none. */
  messageEvents: MessageEvent;
};


/**
 * What is told as it happens, over the `graphql-transport-ws` protocol (the package `graphql-ws`) on the same path. The
 * access token goes into the payload of `connection_init`: `{ "authorization": "Bearer <token>" }`. Without one the socket
 * is closed with 4401, with one that does not count, or no longer, with 4403; the reason of the close is that of
 * UNAUTHENTICATED.
 *
 * Every event has a `cursor`. Subscribe again with `after: <cursor of the last event>`, and nothing is missing and nothing
 * comes twice, however long you were away. With a cursor of a page (of `messages`, or of `messageGroups`) you are taken to
 * have all that is there up to it. Events come by time, but one that was being written while a newer one was done comes
 * after it; that happens within 5 seconds. Events come within moments; where a
 * part of the system is down, within 30 seconds of its return.
 *
 * A socket that takes nothing for 10 seconds is closed with 1013, as is one that cannot be let in at present, and one whose
 * server stops with 1012: subscribe again. A user who is deleted is closed with 4403 within a minute.
 *
 * Unless the operator says otherwise, a user holds at most 50 sockets on one server (the next one is closed with 1013 and
 * `TOO_MANY_SOCKETS`) and 300 subscriptions (the next one is refused with `TOO_MANY_SUBSCRIPTIONS`: end some). A
 * subscription has at most 300 tokens. Each event costs the points of its selection, one at least, and each page of 100
 * entries that is read for a subscription costs one. Events have points of their own, half as many
 * as the user may spend on operations in a minute. While there are none left a subscription pauses; it goes on without a gap and without a repetition.
 */
export type SubscriptionInboxEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
};


/**
 * What is told as it happens, over the `graphql-transport-ws` protocol (the package `graphql-ws`) on the same path. The
 * access token goes into the payload of `connection_init`: `{ "authorization": "Bearer <token>" }`. Without one the socket
 * is closed with 4401, with one that does not count, or no longer, with 4403; the reason of the close is that of
 * UNAUTHENTICATED.
 *
 * Every event has a `cursor`. Subscribe again with `after: <cursor of the last event>`, and nothing is missing and nothing
 * comes twice, however long you were away. With a cursor of a page (of `messages`, or of `messageGroups`) you are taken to
 * have all that is there up to it. Events come by time, but one that was being written while a newer one was done comes
 * after it; that happens within 5 seconds. Events come within moments; where a
 * part of the system is down, within 30 seconds of its return.
 *
 * A socket that takes nothing for 10 seconds is closed with 1013, as is one that cannot be let in at present, and one whose
 * server stops with 1012: subscribe again. A user who is deleted is closed with 4403 within a minute.
 *
 * Unless the operator says otherwise, a user holds at most 50 sockets on one server (the next one is closed with 1013 and
 * `TOO_MANY_SOCKETS`) and 300 subscriptions (the next one is refused with `TOO_MANY_SUBSCRIPTIONS`: end some). A
 * subscription has at most 300 tokens. Each event costs the points of its selection, one at least, and each page of 100
 * entries that is read for a subscription costs one. Events have points of their own, half as many
 * as the user may spend on operations in a minute. While there are none left a subscription pauses; it goes on without a gap and without a repetition.
 */
export type SubscriptionMessageEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  messageGroupId: Scalars['ID']['input'];
};

/** Whom not to block any longer. */
export type UnblockUserInput = {
  /** The id of the user, a UUID. */
  userId: Scalars['ID']['input'];
};

/** What became of `unblockUser`. */
export type UnblockUserPayload = {
  __typename?: 'UnblockUserPayload';
  /** The user who is not blocked then; null where `userErrors` says why. */
  user: Maybe<User>;
  /** Why nothing was done. Empty where it was. */
  userErrors: Array<BlockError>;
};

/** What to change of the viewer's settings. */
export type UpdateMessageSettingsInput = {
  /** See `MessageSettings.readReceipts`. Null, as leaving it out, leaves it as it is. */
  readReceipts?: InputMaybe<Scalars['Boolean']['input']>;
  /** See `MessageSettings.receivesMessages`. Null, as leaving it out, leaves it as it is. */
  receivesMessages?: InputMaybe<Scalars['Boolean']['input']>;
};

/** What became of `updateMessageSettings`. */
export type UpdateMessageSettingsPayload = {
  __typename?: 'UpdateMessageSettingsPayload';
  /** The settings as they are then. */
  messageSettings: MessageSettings;
};

/** A person on Cruddur. */
export type User = {
  __typename?: 'User';
  /** The name to show, for example `Andrew Bayko`: at most 128 characters. */
  displayName: Scalars['String']['output'];
  /** The unique name, without `@`, for example `bayko`. */
  handle: Scalars['String']['output'];
  /** A UUID. */
  id: Scalars['ID']['output'];
  /** Whether the viewer blocks this user. Null where that cannot be looked up at present. */
  isBlockedByViewer: Maybe<Scalars['Boolean']['output']>;
};

/** A page of users. */
export type UserConnection = {
  __typename?: 'UserConnection';
  /** The users with their cursors. */
  edges: Array<UserEdge>;
  /** The users without their cursors. */
  nodes: Array<User>;
  /** What lies before and after this page. */
  pageInfo: PageInfo;
};

/** A user in a page. */
export type UserEdge = {
  __typename?: 'UserEdge';
  /** Opaque. Stays valid when the block is taken back. */
  cursor: Scalars['String']['output'];
  /** The user. */
  node: User;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  BlockError: ResolverTypeWrapper<BlockError>;
  BlockErrorCode: BlockErrorCode;
  BlockUserInput: BlockUserInput;
  BlockUserPayload: ResolverTypeWrapper<Omit<BlockUserPayload, 'user'> & { user?: Maybe<ResolversTypes['User']> }>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeleteMessageInput: DeleteMessageInput;
  DeleteMessagePayload: ResolverTypeWrapper<Omit<DeleteMessagePayload, 'message'> & { message?: Maybe<ResolversTypes['Message']> }>;
  EditMessageInput: EditMessageInput;
  EditMessagePayload: ResolverTypeWrapper<Omit<EditMessagePayload, 'message'> & { message?: Maybe<ResolversTypes['Message']> }>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  InboxEvent: ResolverTypeWrapper<Omit<InboxEvent, 'messageGroup'> & { messageGroup: ResolversTypes['MessageGroup'] }>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  MarkReadInput: MarkReadInput;
  MarkReadPayload: ResolverTypeWrapper<Omit<MarkReadPayload, 'messageGroup'> & { messageGroup?: Maybe<ResolversTypes['MessageGroup']> }>;
  Message: ResolverTypeWrapper<MessageModel>;
  MessageConnection: ResolverTypeWrapper<Omit<MessageConnection, 'edges' | 'nodes'> & { edges: Array<ResolversTypes['MessageEdge']>, nodes: Array<ResolversTypes['Message']> }>;
  MessageEdge: ResolverTypeWrapper<Omit<MessageEdge, 'node'> & { node: ResolversTypes['Message'] }>;
  MessageError: ResolverTypeWrapper<MessageError>;
  MessageErrorCode: MessageErrorCode;
  MessageEvent: ResolverTypeWrapper<MessageEventModel>;
  MessageEventType: MessageEventType;
  MessageGroup: ResolverTypeWrapper<MessageGroupModel>;
  MessageGroupConnection: ResolverTypeWrapper<Omit<MessageGroupConnection, 'edges' | 'nodes'> & { edges: Array<ResolversTypes['MessageGroupEdge']>, nodes: Array<ResolversTypes['MessageGroup']> }>;
  MessageGroupEdge: ResolverTypeWrapper<Omit<MessageGroupEdge, 'node'> & { node: ResolversTypes['MessageGroup'] }>;
  MessageRecipientInput: MessageRecipientInput;
  MessageSettings: ResolverTypeWrapper<MessageSettings>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  SendMessageError: ResolverTypeWrapper<SendMessageError>;
  SendMessageErrorCode: SendMessageErrorCode;
  SendMessageInput: SendMessageInput;
  SendMessagePayload: ResolverTypeWrapper<Omit<SendMessagePayload, 'message' | 'messageGroup'> & { message?: Maybe<ResolversTypes['Message']>, messageGroup?: Maybe<ResolversTypes['MessageGroup']> }>;
  SetTypingPayload: ResolverTypeWrapper<SetTypingPayload>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  UnblockUserInput: UnblockUserInput;
  UnblockUserPayload: ResolverTypeWrapper<Omit<UnblockUserPayload, 'user'> & { user?: Maybe<ResolversTypes['User']> }>;
  UpdateMessageSettingsInput: UpdateMessageSettingsInput;
  UpdateMessageSettingsPayload: ResolverTypeWrapper<UpdateMessageSettingsPayload>;
  User: ResolverTypeWrapper<UserModel>;
  UserConnection: ResolverTypeWrapper<Omit<UserConnection, 'edges' | 'nodes'> & { edges: Array<ResolversTypes['UserEdge']>, nodes: Array<ResolversTypes['User']> }>;
  UserEdge: ResolverTypeWrapper<Omit<UserEdge, 'node'> & { node: ResolversTypes['User'] }>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  BlockError: BlockError;
  BlockUserInput: BlockUserInput;
  BlockUserPayload: Omit<BlockUserPayload, 'user'> & { user?: Maybe<ResolversParentTypes['User']> };
  Boolean: Scalars['Boolean']['output'];
  DateTime: Scalars['DateTime']['output'];
  DeleteMessageInput: DeleteMessageInput;
  DeleteMessagePayload: Omit<DeleteMessagePayload, 'message'> & { message?: Maybe<ResolversParentTypes['Message']> };
  EditMessageInput: EditMessageInput;
  EditMessagePayload: Omit<EditMessagePayload, 'message'> & { message?: Maybe<ResolversParentTypes['Message']> };
  ID: Scalars['ID']['output'];
  InboxEvent: Omit<InboxEvent, 'messageGroup'> & { messageGroup: ResolversParentTypes['MessageGroup'] };
  Int: Scalars['Int']['output'];
  MarkReadInput: MarkReadInput;
  MarkReadPayload: Omit<MarkReadPayload, 'messageGroup'> & { messageGroup?: Maybe<ResolversParentTypes['MessageGroup']> };
  Message: MessageModel;
  MessageConnection: Omit<MessageConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['MessageEdge']>, nodes: Array<ResolversParentTypes['Message']> };
  MessageEdge: Omit<MessageEdge, 'node'> & { node: ResolversParentTypes['Message'] };
  MessageError: MessageError;
  MessageEvent: MessageEventModel;
  MessageGroup: MessageGroupModel;
  MessageGroupConnection: Omit<MessageGroupConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['MessageGroupEdge']>, nodes: Array<ResolversParentTypes['MessageGroup']> };
  MessageGroupEdge: Omit<MessageGroupEdge, 'node'> & { node: ResolversParentTypes['MessageGroup'] };
  MessageRecipientInput: MessageRecipientInput;
  MessageSettings: MessageSettings;
  Mutation: Record<PropertyKey, never>;
  PageInfo: PageInfo;
  Query: Record<PropertyKey, never>;
  SendMessageError: SendMessageError;
  SendMessageInput: SendMessageInput;
  SendMessagePayload: Omit<SendMessagePayload, 'message' | 'messageGroup'> & { message?: Maybe<ResolversParentTypes['Message']>, messageGroup?: Maybe<ResolversParentTypes['MessageGroup']> };
  SetTypingPayload: SetTypingPayload;
  String: Scalars['String']['output'];
  Subscription: Record<PropertyKey, never>;
  UnblockUserInput: UnblockUserInput;
  UnblockUserPayload: Omit<UnblockUserPayload, 'user'> & { user?: Maybe<ResolversParentTypes['User']> };
  UpdateMessageSettingsInput: UpdateMessageSettingsInput;
  UpdateMessageSettingsPayload: UpdateMessageSettingsPayload;
  User: UserModel;
  UserConnection: Omit<UserConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['UserEdge']>, nodes: Array<ResolversParentTypes['User']> };
  UserEdge: Omit<UserEdge, 'node'> & { node: ResolversParentTypes['User'] };
};

export type CostDirectiveArgs = {
  bytes?: Scalars['Int']['input'];
  dynamodbCalls?: Scalars['Int']['input'];
  sqlStatements?: Scalars['Int']['input'];
};

export type CostDirectiveResolver<Result, Parent, ContextType = Context, Args = CostDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type ListSizeDirectiveArgs = {
  most: Scalars['Int']['input'];
};

export type ListSizeDirectiveResolver<Result, Parent, ContextType = Context, Args = ListSizeDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type PageSizeDirectiveArgs = {
  default: Scalars['Int']['input'];
  most: Scalars['Int']['input'];
};

export type PageSizeDirectiveResolver<Result, Parent, ContextType = Context, Args = PageSizeDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type BlockErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BlockError'] = ResolversParentTypes['BlockError']> = {
  code?: Resolver<ResolversTypes['BlockErrorCode'], ParentType, ContextType>;
  field?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type BlockUserPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BlockUserPayload'] = ResolversParentTypes['BlockUserPayload']> = {
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['BlockError']>, ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeleteMessagePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteMessagePayload'] = ResolversParentTypes['DeleteMessagePayload']> = {
  message?: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['MessageError']>, ParentType, ContextType>;
};

export type EditMessagePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EditMessagePayload'] = ResolversParentTypes['EditMessagePayload']> = {
  message?: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['MessageError']>, ParentType, ContextType>;
};

export type InboxEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InboxEvent'] = ResolversParentTypes['InboxEvent']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  messageGroup?: Resolver<ResolversTypes['MessageGroup'], ParentType, ContextType>;
};

export type MarkReadPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MarkReadPayload'] = ResolversParentTypes['MarkReadPayload']> = {
  messageGroup?: Resolver<Maybe<ResolversTypes['MessageGroup']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['MessageError']>, ParentType, ContextType>;
};

export type MessageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Message'] = ResolversParentTypes['Message']> = {
  body?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  deletedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  editedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  messageGroupId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sender?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type MessageConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageConnection'] = ResolversParentTypes['MessageConnection']> = {
  edges?: Resolver<Array<ResolversTypes['MessageEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['Message']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type MessageEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageEdge'] = ResolversParentTypes['MessageEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
};

export type MessageErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageError'] = ResolversParentTypes['MessageError']> = {
  code?: Resolver<ResolversTypes['MessageErrorCode'], ParentType, ContextType>;
  field?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MessageEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageEvent'] = ResolversParentTypes['MessageEvent']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastReadAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType>;
  type?: Resolver<ResolversTypes['MessageEventType'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type MessageGroupResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageGroup'] = ResolversParentTypes['MessageGroup']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastMessage?: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType>;
  lastMessageAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lastReadAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  messages?: Resolver<ResolversTypes['MessageConnection'], ParentType, ContextType, Partial<MessageGroupMessagesArgs>>;
  otherUser?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  otherUserLastReadAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  participants?: Resolver<Array<ResolversTypes['User']>, ParentType, ContextType>;
  unreadCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MessageGroupConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageGroupConnection'] = ResolversParentTypes['MessageGroupConnection']> = {
  edges?: Resolver<Array<ResolversTypes['MessageGroupEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['MessageGroup']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type MessageGroupEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageGroupEdge'] = ResolversParentTypes['MessageGroupEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['MessageGroup'], ParentType, ContextType>;
};

export type MessageSettingsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageSettings'] = ResolversParentTypes['MessageSettings']> = {
  readReceipts?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  receivesMessages?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  blockUser?: Resolver<ResolversTypes['BlockUserPayload'], ParentType, ContextType, RequireFields<MutationBlockUserArgs, 'input'>>;
  deleteMessage?: Resolver<ResolversTypes['DeleteMessagePayload'], ParentType, ContextType, RequireFields<MutationDeleteMessageArgs, 'input'>>;
  editMessage?: Resolver<ResolversTypes['EditMessagePayload'], ParentType, ContextType, RequireFields<MutationEditMessageArgs, 'input'>>;
  markRead?: Resolver<ResolversTypes['MarkReadPayload'], ParentType, ContextType, RequireFields<MutationMarkReadArgs, 'input'>>;
  sendMessage?: Resolver<ResolversTypes['SendMessagePayload'], ParentType, ContextType, RequireFields<MutationSendMessageArgs, 'input'>>;
  setTyping?: Resolver<ResolversTypes['SetTypingPayload'], ParentType, ContextType, RequireFields<MutationSetTypingArgs, 'messageGroupId'>>;
  unblockUser?: Resolver<ResolversTypes['UnblockUserPayload'], ParentType, ContextType, RequireFields<MutationUnblockUserArgs, 'input'>>;
  updateMessageSettings?: Resolver<ResolversTypes['UpdateMessageSettingsPayload'], ParentType, ContextType, RequireFields<MutationUpdateMessageSettingsArgs, 'input'>>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  blockedUsers?: Resolver<Array<ResolversTypes['User']>, ParentType, ContextType>;
  blocks?: Resolver<ResolversTypes['UserConnection'], ParentType, ContextType, Partial<QueryBlocksArgs>>;
  me?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  messageGroup?: Resolver<Maybe<ResolversTypes['MessageGroup']>, ParentType, ContextType, RequireFields<QueryMessageGroupArgs, 'id'>>;
  messageGroups?: Resolver<ResolversTypes['MessageGroupConnection'], ParentType, ContextType, Partial<QueryMessageGroupsArgs>>;
  messageSettings?: Resolver<ResolversTypes['MessageSettings'], ParentType, ContextType>;
  messages?: Resolver<ResolversTypes['MessageConnection'], ParentType, ContextType, RequireFields<QueryMessagesArgs, 'messageGroupId'>>;
  unreadTotal?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserArgs, 'handle'>>;
};

export type SendMessageErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SendMessageError'] = ResolversParentTypes['SendMessageError']> = {
  code?: Resolver<ResolversTypes['SendMessageErrorCode'], ParentType, ContextType>;
  field?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SendMessagePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SendMessagePayload'] = ResolversParentTypes['SendMessagePayload']> = {
  isNewMessageGroup?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType>;
  messageGroup?: Resolver<Maybe<ResolversTypes['MessageGroup']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['SendMessageError']>, ParentType, ContextType>;
};

export type SetTypingPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SetTypingPayload'] = ResolversParentTypes['SetTypingPayload']> = {
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['MessageError']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  inboxEvents?: SubscriptionResolver<ResolversTypes['InboxEvent'], "inboxEvents", ParentType, ContextType, Partial<SubscriptionInboxEventsArgs>>;
  messageEvents?: SubscriptionResolver<ResolversTypes['MessageEvent'], "messageEvents", ParentType, ContextType, RequireFields<SubscriptionMessageEventsArgs, 'messageGroupId'>>;
};

export type UnblockUserPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UnblockUserPayload'] = ResolversParentTypes['UnblockUserPayload']> = {
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userErrors?: Resolver<Array<ResolversTypes['BlockError']>, ParentType, ContextType>;
};

export type UpdateMessageSettingsPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateMessageSettingsPayload'] = ResolversParentTypes['UpdateMessageSettingsPayload']> = {
  messageSettings?: Resolver<ResolversTypes['MessageSettings'], ParentType, ContextType>;
};

export type UserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  displayName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  handle?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isBlockedByViewer?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
};

export type UserConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserConnection'] = ResolversParentTypes['UserConnection']> = {
  edges?: Resolver<Array<ResolversTypes['UserEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['User']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type UserEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserEdge'] = ResolversParentTypes['UserEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  BlockError?: BlockErrorResolvers<ContextType>;
  BlockUserPayload?: BlockUserPayloadResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DeleteMessagePayload?: DeleteMessagePayloadResolvers<ContextType>;
  EditMessagePayload?: EditMessagePayloadResolvers<ContextType>;
  InboxEvent?: InboxEventResolvers<ContextType>;
  MarkReadPayload?: MarkReadPayloadResolvers<ContextType>;
  Message?: MessageResolvers<ContextType>;
  MessageConnection?: MessageConnectionResolvers<ContextType>;
  MessageEdge?: MessageEdgeResolvers<ContextType>;
  MessageError?: MessageErrorResolvers<ContextType>;
  MessageEvent?: MessageEventResolvers<ContextType>;
  MessageGroup?: MessageGroupResolvers<ContextType>;
  MessageGroupConnection?: MessageGroupConnectionResolvers<ContextType>;
  MessageGroupEdge?: MessageGroupEdgeResolvers<ContextType>;
  MessageSettings?: MessageSettingsResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  SendMessageError?: SendMessageErrorResolvers<ContextType>;
  SendMessagePayload?: SendMessagePayloadResolvers<ContextType>;
  SetTypingPayload?: SetTypingPayloadResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  UnblockUserPayload?: UnblockUserPayloadResolvers<ContextType>;
  UpdateMessageSettingsPayload?: UpdateMessageSettingsPayloadResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  UserConnection?: UserConnectionResolvers<ContextType>;
  UserEdge?: UserEdgeResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  cost?: CostDirectiveResolver<any, any, ContextType>;
  listSize?: ListSizeDirectiveResolver<any, any, ContextType>;
  pageSize?: PageSizeDirectiveResolver<any, any, ContextType>;
};
