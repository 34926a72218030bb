import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Message as MessageModel, MessageGroup as MessageGroupModel } from '../messages/rows.ts';
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

/** One message. It never changes once it is stored. */
export type Message = {
  __typename?: 'Message';
  /** The text as it was sent, at most 1024 characters. Plain text, never HTML. */
  body: Scalars['String']['output'];
  /** When it was sent. No two messages of a group have the same time. */
  createdAt: Scalars['DateTime']['output'];
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
  /** The messages of this group, newest first: the same as `Query.messages`. */
  messages: MessageConnection;
  /** The participant who is not the viewer. */
  otherUser: User;
  /** Both participants, the viewer first. */
  participants: Array<User>;
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

/** What can be changed. Needs an access token, as every query does. */
export type Mutation = {
  __typename?: 'Mutation';
  /**
   * Sends a message, into a group that exists (`to: { messageGroupId }`) or to a person
   * (`to: { handle }`), which starts a message group where the two have none. When it returns without
   * `userErrors`, the message is stored for good. What the sender can mend is in `userErrors`, and nothing
   * was written then. After a timeout send it again with the same `idempotencyKey`.
   *
   * Example: `sendMessage(input: { to: { handle: "bayko" }, body: "Hello!" }) { message { id } userErrors { code message } }`
   */
  sendMessage: SendMessagePayload;
};


/** What can be changed. Needs an access token, as every query does. */
export type MutationSendMessageArgs = {
  input: SendMessageInput;
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
  /**
   * The messages of one of the viewer's groups, newest first, read consistently: what was sent before the
   * request is in it. `NOT_FOUND` where the viewer does not take part in the group or there is none.
   * To catch up after a broken connection, ask for `last: 100, before: <newest cursor you have>` and go on
   * while `hasPreviousPage` is true.
   */
  messages: MessageConnection;
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
  | 'RECIPIENT_NOT_FOUND';

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

/** A person on Cruddur. */
export type User = {
  __typename?: 'User';
  /** The name to show, for example `Andrew Bayko`. */
  displayName: Scalars['String']['output'];
  /** The unique name, without `@`, for example `bayko`. */
  handle: Scalars['String']['output'];
  /** A UUID. */
  id: Scalars['ID']['output'];
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
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Message: ResolverTypeWrapper<MessageModel>;
  MessageConnection: ResolverTypeWrapper<Omit<MessageConnection, 'edges' | 'nodes'> & { edges: Array<ResolversTypes['MessageEdge']>, nodes: Array<ResolversTypes['Message']> }>;
  MessageEdge: ResolverTypeWrapper<Omit<MessageEdge, 'node'> & { node: ResolversTypes['Message'] }>;
  MessageGroup: ResolverTypeWrapper<MessageGroupModel>;
  MessageGroupConnection: ResolverTypeWrapper<Omit<MessageGroupConnection, 'edges' | 'nodes'> & { edges: Array<ResolversTypes['MessageGroupEdge']>, nodes: Array<ResolversTypes['MessageGroup']> }>;
  MessageGroupEdge: ResolverTypeWrapper<Omit<MessageGroupEdge, 'node'> & { node: ResolversTypes['MessageGroup'] }>;
  MessageRecipientInput: MessageRecipientInput;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  SendMessageError: ResolverTypeWrapper<SendMessageError>;
  SendMessageErrorCode: SendMessageErrorCode;
  SendMessageInput: SendMessageInput;
  SendMessagePayload: ResolverTypeWrapper<Omit<SendMessagePayload, 'message' | 'messageGroup'> & { message?: Maybe<ResolversTypes['Message']>, messageGroup?: Maybe<ResolversTypes['MessageGroup']> }>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  User: ResolverTypeWrapper<UserModel>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Boolean: Scalars['Boolean']['output'];
  DateTime: Scalars['DateTime']['output'];
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  Message: MessageModel;
  MessageConnection: Omit<MessageConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['MessageEdge']>, nodes: Array<ResolversParentTypes['Message']> };
  MessageEdge: Omit<MessageEdge, 'node'> & { node: ResolversParentTypes['Message'] };
  MessageGroup: MessageGroupModel;
  MessageGroupConnection: Omit<MessageGroupConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['MessageGroupEdge']>, nodes: Array<ResolversParentTypes['MessageGroup']> };
  MessageGroupEdge: Omit<MessageGroupEdge, 'node'> & { node: ResolversParentTypes['MessageGroup'] };
  MessageRecipientInput: MessageRecipientInput;
  Mutation: Record<PropertyKey, never>;
  PageInfo: PageInfo;
  Query: Record<PropertyKey, never>;
  SendMessageError: SendMessageError;
  SendMessageInput: SendMessageInput;
  SendMessagePayload: Omit<SendMessagePayload, 'message' | 'messageGroup'> & { message?: Maybe<ResolversParentTypes['Message']>, messageGroup?: Maybe<ResolversParentTypes['MessageGroup']> };
  String: Scalars['String']['output'];
  User: UserModel;
};

export type CostDirectiveArgs = {
  dynamodbCalls?: Scalars['Int']['input'];
  sqlStatements?: Scalars['Int']['input'];
};

export type CostDirectiveResolver<Result, Parent, ContextType = Context, Args = CostDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type PageSizeDirectiveArgs = {
  default: Scalars['Int']['input'];
  most: Scalars['Int']['input'];
};

export type PageSizeDirectiveResolver<Result, Parent, ContextType = Context, Args = PageSizeDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type MessageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Message'] = ResolversParentTypes['Message']> = {
  body?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
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

export type MessageGroupResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageGroup'] = ResolversParentTypes['MessageGroup']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastMessage?: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType>;
  lastMessageAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  messages?: Resolver<ResolversTypes['MessageConnection'], ParentType, ContextType, Partial<MessageGroupMessagesArgs>>;
  otherUser?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  participants?: Resolver<Array<ResolversTypes['User']>, ParentType, ContextType>;
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

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  sendMessage?: Resolver<ResolversTypes['SendMessagePayload'], ParentType, ContextType, RequireFields<MutationSendMessageArgs, 'input'>>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  me?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  messageGroup?: Resolver<Maybe<ResolversTypes['MessageGroup']>, ParentType, ContextType, RequireFields<QueryMessageGroupArgs, 'id'>>;
  messageGroups?: Resolver<ResolversTypes['MessageGroupConnection'], ParentType, ContextType, Partial<QueryMessageGroupsArgs>>;
  messages?: Resolver<ResolversTypes['MessageConnection'], ParentType, ContextType, RequireFields<QueryMessagesArgs, 'messageGroupId'>>;
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

export type UserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  displayName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  handle?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  DateTime?: GraphQLScalarType;
  Message?: MessageResolvers<ContextType>;
  MessageConnection?: MessageConnectionResolvers<ContextType>;
  MessageEdge?: MessageEdgeResolvers<ContextType>;
  MessageGroup?: MessageGroupResolvers<ContextType>;
  MessageGroupConnection?: MessageGroupConnectionResolvers<ContextType>;
  MessageGroupEdge?: MessageGroupEdgeResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  SendMessageError?: SendMessageErrorResolvers<ContextType>;
  SendMessagePayload?: SendMessagePayloadResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  cost?: CostDirectiveResolver<any, any, ContextType>;
  pageSize?: PageSizeDirectiveResolver<any, any, ContextType>;
};
