/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  fragment Person on User {\n    id\n    handle\n    displayName\n  }\n": typeof types.PersonFragmentDoc,
    "\n  fragment Group on MessageGroup {\n    id\n    otherUser {\n      ...Person\n    }\n    lastMessageAt\n    lastMessage {\n      id\n      body\n      deletedAt\n      sender {\n        id\n      }\n    }\n    unreadCount\n    lastReadAt\n    otherUserLastReadAt\n  }\n": typeof types.GroupFragmentDoc,
    "\n  fragment MessageParts on Message {\n    id\n    body\n    createdAt\n    editedAt\n    deletedAt\n    sender {\n      id\n      displayName\n    }\n  }\n": typeof types.MessagePartsFragmentDoc,
    "\n  query Inbox($after: String) {\n    me {\n      ...Person\n    }\n    messageGroups(first: 30, after: $after) {\n      edges {\n        cursor\n        node {\n          ...Group\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.InboxDocument,
    "\n  query Conversation($id: ID!, $after: String) {\n    messageGroup(id: $id) {\n      ...Group\n      otherUser {\n        isBlockedByViewer\n      }\n    }\n    messages(messageGroupId: $id, first: 50, after: $after) {\n      edges {\n        cursor\n        node {\n          ...MessageParts\n        }\n      }\n      pageInfo {\n        hasNextPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n": typeof types.ConversationDocument,
    "\n  query OlderMessages($id: ID!, $after: String!) {\n    messages(messageGroupId: $id, first: 50, after: $after) {\n      nodes {\n        ...MessageParts\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.OlderMessagesDocument,
    "\n  query FindPerson($handle: String!) {\n    user(handle: $handle) {\n      ...Person\n    }\n  }\n": typeof types.FindPersonDocument,
    "\n  mutation SendMessage($to: MessageRecipientInput!, $body: String!, $key: ID!) {\n    sendMessage(input: { to: $to, body: $body, idempotencyKey: $key }) {\n      message {\n        ...MessageParts\n      }\n      messageGroup {\n        id\n      }\n      userErrors {\n        code\n        message\n      }\n    }\n  }\n": typeof types.SendMessageDocument,
    "\n  mutation EditMessage($messageGroupId: ID!, $messageId: ID!, $body: String!) {\n    editMessage(input: { messageGroupId: $messageGroupId, messageId: $messageId, body: $body }) {\n      message {\n        ...MessageParts\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n": typeof types.EditMessageDocument,
    "\n  mutation DeleteMessage($messageGroupId: ID!, $messageId: ID!) {\n    deleteMessage(input: { messageGroupId: $messageGroupId, messageId: $messageId }) {\n      message {\n        ...MessageParts\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n": typeof types.DeleteMessageDocument,
    "\n  mutation MarkRead($messageGroupId: ID!, $upTo: ID!) {\n    markRead(input: { messageGroupId: $messageGroupId, upTo: $upTo }) {\n      messageGroup {\n        id\n        unreadCount\n        lastReadAt\n      }\n    }\n  }\n": typeof types.MarkReadDocument,
    "\n  mutation SetTyping($messageGroupId: ID!) {\n    setTyping(messageGroupId: $messageGroupId) {\n      expiresAt\n    }\n  }\n": typeof types.SetTypingDocument,
    "\n  mutation BlockUser($userId: ID!) {\n    blockUser(input: { userId: $userId }) {\n      userErrors {\n        message\n      }\n    }\n  }\n": typeof types.BlockUserDocument,
    "\n  mutation UnblockUser($userId: ID!) {\n    unblockUser(input: { userId: $userId }) {\n      userErrors {\n        message\n      }\n    }\n  }\n": typeof types.UnblockUserDocument,
    "\n  subscription InboxEvents($after: String) {\n    inboxEvents(after: $after) {\n      cursor\n      messageGroup {\n        ...Group\n      }\n    }\n  }\n": typeof types.InboxEventsDocument,
    "\n  subscription MessageEvents($id: ID!, $after: String) {\n    messageEvents(messageGroupId: $id, after: $after) {\n      type\n      cursor\n      message {\n        ...MessageParts\n      }\n      user {\n        id\n      }\n      lastReadAt\n      expiresAt\n    }\n  }\n": typeof types.MessageEventsDocument,
};
const documents: Documents = {
    "\n  fragment Person on User {\n    id\n    handle\n    displayName\n  }\n": types.PersonFragmentDoc,
    "\n  fragment Group on MessageGroup {\n    id\n    otherUser {\n      ...Person\n    }\n    lastMessageAt\n    lastMessage {\n      id\n      body\n      deletedAt\n      sender {\n        id\n      }\n    }\n    unreadCount\n    lastReadAt\n    otherUserLastReadAt\n  }\n": types.GroupFragmentDoc,
    "\n  fragment MessageParts on Message {\n    id\n    body\n    createdAt\n    editedAt\n    deletedAt\n    sender {\n      id\n      displayName\n    }\n  }\n": types.MessagePartsFragmentDoc,
    "\n  query Inbox($after: String) {\n    me {\n      ...Person\n    }\n    messageGroups(first: 30, after: $after) {\n      edges {\n        cursor\n        node {\n          ...Group\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.InboxDocument,
    "\n  query Conversation($id: ID!, $after: String) {\n    messageGroup(id: $id) {\n      ...Group\n      otherUser {\n        isBlockedByViewer\n      }\n    }\n    messages(messageGroupId: $id, first: 50, after: $after) {\n      edges {\n        cursor\n        node {\n          ...MessageParts\n        }\n      }\n      pageInfo {\n        hasNextPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n": types.ConversationDocument,
    "\n  query OlderMessages($id: ID!, $after: String!) {\n    messages(messageGroupId: $id, first: 50, after: $after) {\n      nodes {\n        ...MessageParts\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.OlderMessagesDocument,
    "\n  query FindPerson($handle: String!) {\n    user(handle: $handle) {\n      ...Person\n    }\n  }\n": types.FindPersonDocument,
    "\n  mutation SendMessage($to: MessageRecipientInput!, $body: String!, $key: ID!) {\n    sendMessage(input: { to: $to, body: $body, idempotencyKey: $key }) {\n      message {\n        ...MessageParts\n      }\n      messageGroup {\n        id\n      }\n      userErrors {\n        code\n        message\n      }\n    }\n  }\n": types.SendMessageDocument,
    "\n  mutation EditMessage($messageGroupId: ID!, $messageId: ID!, $body: String!) {\n    editMessage(input: { messageGroupId: $messageGroupId, messageId: $messageId, body: $body }) {\n      message {\n        ...MessageParts\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n": types.EditMessageDocument,
    "\n  mutation DeleteMessage($messageGroupId: ID!, $messageId: ID!) {\n    deleteMessage(input: { messageGroupId: $messageGroupId, messageId: $messageId }) {\n      message {\n        ...MessageParts\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n": types.DeleteMessageDocument,
    "\n  mutation MarkRead($messageGroupId: ID!, $upTo: ID!) {\n    markRead(input: { messageGroupId: $messageGroupId, upTo: $upTo }) {\n      messageGroup {\n        id\n        unreadCount\n        lastReadAt\n      }\n    }\n  }\n": types.MarkReadDocument,
    "\n  mutation SetTyping($messageGroupId: ID!) {\n    setTyping(messageGroupId: $messageGroupId) {\n      expiresAt\n    }\n  }\n": types.SetTypingDocument,
    "\n  mutation BlockUser($userId: ID!) {\n    blockUser(input: { userId: $userId }) {\n      userErrors {\n        message\n      }\n    }\n  }\n": types.BlockUserDocument,
    "\n  mutation UnblockUser($userId: ID!) {\n    unblockUser(input: { userId: $userId }) {\n      userErrors {\n        message\n      }\n    }\n  }\n": types.UnblockUserDocument,
    "\n  subscription InboxEvents($after: String) {\n    inboxEvents(after: $after) {\n      cursor\n      messageGroup {\n        ...Group\n      }\n    }\n  }\n": types.InboxEventsDocument,
    "\n  subscription MessageEvents($id: ID!, $after: String) {\n    messageEvents(messageGroupId: $id, after: $after) {\n      type\n      cursor\n      message {\n        ...MessageParts\n      }\n      user {\n        id\n      }\n      lastReadAt\n      expiresAt\n    }\n  }\n": types.MessageEventsDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Person on User {\n    id\n    handle\n    displayName\n  }\n"): (typeof documents)["\n  fragment Person on User {\n    id\n    handle\n    displayName\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Group on MessageGroup {\n    id\n    otherUser {\n      ...Person\n    }\n    lastMessageAt\n    lastMessage {\n      id\n      body\n      deletedAt\n      sender {\n        id\n      }\n    }\n    unreadCount\n    lastReadAt\n    otherUserLastReadAt\n  }\n"): (typeof documents)["\n  fragment Group on MessageGroup {\n    id\n    otherUser {\n      ...Person\n    }\n    lastMessageAt\n    lastMessage {\n      id\n      body\n      deletedAt\n      sender {\n        id\n      }\n    }\n    unreadCount\n    lastReadAt\n    otherUserLastReadAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment MessageParts on Message {\n    id\n    body\n    createdAt\n    editedAt\n    deletedAt\n    sender {\n      id\n      displayName\n    }\n  }\n"): (typeof documents)["\n  fragment MessageParts on Message {\n    id\n    body\n    createdAt\n    editedAt\n    deletedAt\n    sender {\n      id\n      displayName\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Inbox($after: String) {\n    me {\n      ...Person\n    }\n    messageGroups(first: 30, after: $after) {\n      edges {\n        cursor\n        node {\n          ...Group\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query Inbox($after: String) {\n    me {\n      ...Person\n    }\n    messageGroups(first: 30, after: $after) {\n      edges {\n        cursor\n        node {\n          ...Group\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Conversation($id: ID!, $after: String) {\n    messageGroup(id: $id) {\n      ...Group\n      otherUser {\n        isBlockedByViewer\n      }\n    }\n    messages(messageGroupId: $id, first: 50, after: $after) {\n      edges {\n        cursor\n        node {\n          ...MessageParts\n        }\n      }\n      pageInfo {\n        hasNextPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query Conversation($id: ID!, $after: String) {\n    messageGroup(id: $id) {\n      ...Group\n      otherUser {\n        isBlockedByViewer\n      }\n    }\n    messages(messageGroupId: $id, first: 50, after: $after) {\n      edges {\n        cursor\n        node {\n          ...MessageParts\n        }\n      }\n      pageInfo {\n        hasNextPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OlderMessages($id: ID!, $after: String!) {\n    messages(messageGroupId: $id, first: 50, after: $after) {\n      nodes {\n        ...MessageParts\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query OlderMessages($id: ID!, $after: String!) {\n    messages(messageGroupId: $id, first: 50, after: $after) {\n      nodes {\n        ...MessageParts\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FindPerson($handle: String!) {\n    user(handle: $handle) {\n      ...Person\n    }\n  }\n"): (typeof documents)["\n  query FindPerson($handle: String!) {\n    user(handle: $handle) {\n      ...Person\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SendMessage($to: MessageRecipientInput!, $body: String!, $key: ID!) {\n    sendMessage(input: { to: $to, body: $body, idempotencyKey: $key }) {\n      message {\n        ...MessageParts\n      }\n      messageGroup {\n        id\n      }\n      userErrors {\n        code\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SendMessage($to: MessageRecipientInput!, $body: String!, $key: ID!) {\n    sendMessage(input: { to: $to, body: $body, idempotencyKey: $key }) {\n      message {\n        ...MessageParts\n      }\n      messageGroup {\n        id\n      }\n      userErrors {\n        code\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EditMessage($messageGroupId: ID!, $messageId: ID!, $body: String!) {\n    editMessage(input: { messageGroupId: $messageGroupId, messageId: $messageId, body: $body }) {\n      message {\n        ...MessageParts\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation EditMessage($messageGroupId: ID!, $messageId: ID!, $body: String!) {\n    editMessage(input: { messageGroupId: $messageGroupId, messageId: $messageId, body: $body }) {\n      message {\n        ...MessageParts\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteMessage($messageGroupId: ID!, $messageId: ID!) {\n    deleteMessage(input: { messageGroupId: $messageGroupId, messageId: $messageId }) {\n      message {\n        ...MessageParts\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation DeleteMessage($messageGroupId: ID!, $messageId: ID!) {\n    deleteMessage(input: { messageGroupId: $messageGroupId, messageId: $messageId }) {\n      message {\n        ...MessageParts\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation MarkRead($messageGroupId: ID!, $upTo: ID!) {\n    markRead(input: { messageGroupId: $messageGroupId, upTo: $upTo }) {\n      messageGroup {\n        id\n        unreadCount\n        lastReadAt\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation MarkRead($messageGroupId: ID!, $upTo: ID!) {\n    markRead(input: { messageGroupId: $messageGroupId, upTo: $upTo }) {\n      messageGroup {\n        id\n        unreadCount\n        lastReadAt\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetTyping($messageGroupId: ID!) {\n    setTyping(messageGroupId: $messageGroupId) {\n      expiresAt\n    }\n  }\n"): (typeof documents)["\n  mutation SetTyping($messageGroupId: ID!) {\n    setTyping(messageGroupId: $messageGroupId) {\n      expiresAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation BlockUser($userId: ID!) {\n    blockUser(input: { userId: $userId }) {\n      userErrors {\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation BlockUser($userId: ID!) {\n    blockUser(input: { userId: $userId }) {\n      userErrors {\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UnblockUser($userId: ID!) {\n    unblockUser(input: { userId: $userId }) {\n      userErrors {\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation UnblockUser($userId: ID!) {\n    unblockUser(input: { userId: $userId }) {\n      userErrors {\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription InboxEvents($after: String) {\n    inboxEvents(after: $after) {\n      cursor\n      messageGroup {\n        ...Group\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription InboxEvents($after: String) {\n    inboxEvents(after: $after) {\n      cursor\n      messageGroup {\n        ...Group\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription MessageEvents($id: ID!, $after: String) {\n    messageEvents(messageGroupId: $id, after: $after) {\n      type\n      cursor\n      message {\n        ...MessageParts\n      }\n      user {\n        id\n      }\n      lastReadAt\n      expiresAt\n    }\n  }\n"): (typeof documents)["\n  subscription MessageEvents($id: ID!, $after: String) {\n    messageEvents(messageGroupId: $id, after: $after) {\n      type\n      cursor\n      message {\n        ...MessageParts\n      }\n      user {\n        id\n      }\n      lastReadAt\n      expiresAt\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;