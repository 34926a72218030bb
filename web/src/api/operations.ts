import { graphql } from '../generated';

export const PERSON = graphql(`
  fragment Person on User {
    id
    handle
    displayName
  }
`);

export const GROUP = graphql(`
  fragment Group on MessageGroup {
    id
    otherUser {
      ...Person
    }
    lastMessageAt
    lastMessage {
      id
      body
      deletedAt
      sender {
        id
      }
    }
    unreadCount
    lastReadAt
    otherUserLastReadAt
  }
`);

export const MESSAGE = graphql(`
  fragment MessageParts on Message {
    id
    body
    createdAt
    editedAt
    deletedAt
    sender {
      id
      displayName
    }
  }
`);

export const INBOX = graphql(`
  query Inbox($after: String) {
    me {
      ...Person
    }
    messageGroups(first: 30, after: $after) {
      edges {
        cursor
        node {
          ...Group
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const CONVERSATION = graphql(`
  query Conversation($id: ID!, $after: String) {
    messageGroup(id: $id) {
      ...Group
      otherUser {
        isBlockedByViewer
      }
    }
    messages(messageGroupId: $id, first: 50, after: $after) {
      edges {
        cursor
        node {
          ...MessageParts
        }
      }
      pageInfo {
        hasNextPage
        startCursor
        endCursor
      }
    }
  }
`);

export const OLDER = graphql(`
  query OlderMessages($id: ID!, $after: String!) {
    messages(messageGroupId: $id, first: 50, after: $after) {
      nodes {
        ...MessageParts
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const FIND_PERSON = graphql(`
  query FindPerson($handle: String!) {
    user(handle: $handle) {
      ...Person
    }
  }
`);

export const SEND = graphql(`
  mutation SendMessage($to: MessageRecipientInput!, $body: String!, $key: ID!) {
    sendMessage(input: { to: $to, body: $body, idempotencyKey: $key }) {
      message {
        ...MessageParts
      }
      messageGroup {
        id
      }
      userErrors {
        code
        message
      }
    }
  }
`);

export const EDIT = graphql(`
  mutation EditMessage($messageGroupId: ID!, $messageId: ID!, $body: String!) {
    editMessage(input: { messageGroupId: $messageGroupId, messageId: $messageId, body: $body }) {
      message {
        ...MessageParts
      }
      userErrors {
        message
      }
    }
  }
`);

export const DELETE = graphql(`
  mutation DeleteMessage($messageGroupId: ID!, $messageId: ID!) {
    deleteMessage(input: { messageGroupId: $messageGroupId, messageId: $messageId }) {
      message {
        ...MessageParts
      }
      userErrors {
        message
      }
    }
  }
`);

export const MARK_READ = graphql(`
  mutation MarkRead($messageGroupId: ID!, $upTo: ID!) {
    markRead(input: { messageGroupId: $messageGroupId, upTo: $upTo }) {
      messageGroup {
        id
        unreadCount
        lastReadAt
      }
    }
  }
`);

export const SET_TYPING = graphql(`
  mutation SetTyping($messageGroupId: ID!) {
    setTyping(messageGroupId: $messageGroupId) {
      expiresAt
    }
  }
`);

export const BLOCK = graphql(`
  mutation BlockUser($userId: ID!) {
    blockUser(input: { userId: $userId }) {
      userErrors {
        message
      }
    }
  }
`);

export const UNBLOCK = graphql(`
  mutation UnblockUser($userId: ID!) {
    unblockUser(input: { userId: $userId }) {
      userErrors {
        message
      }
    }
  }
`);

export const INBOX_EVENTS = graphql(`
  subscription InboxEvents($after: String) {
    inboxEvents(after: $after) {
      cursor
      messageGroup {
        ...Group
      }
    }
  }
`);

export const MESSAGE_EVENTS = graphql(`
  subscription MessageEvents($id: ID!, $after: String) {
    messageEvents(messageGroupId: $id, after: $after) {
      type
      cursor
      message {
        ...MessageParts
      }
      user {
        id
      }
      lastReadAt
      expiresAt
    }
  }
`);
