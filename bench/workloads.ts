/** What is asked of the contenders: one request each, again and again. */
export interface Workload {
  name: string;
  body: string;
  /** Who can answer it: all GraphQL servers, and the bare ones where they have it built in. */
  bare: boolean;
  /** True where every answer is the same, to be compared between contenders. */
  reads: boolean;
}

const MESSAGES = `query Messages($messageGroupId: ID!, $first: Int) {
  messages(messageGroupId: $messageGroupId, first: $first) {
    nodes { id body createdAt sender { handle } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const GROUPS = `query Groups($first: Int) {
  messageGroups(first: $first) {
    nodes { id otherUser { handle displayName } lastMessageAt lastMessage { id body sender { handle } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const SEND = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id body createdAt } userErrors { code } }
}`;

/** The reads come first: what is sent changes what they answer. */
export function workloadsOn(messageGroupId: string): Workload[] {
  const input = { to: { messageGroupId }, body: 'Deal. I will bring the map that you never look at.' };
  return [
    { name: 'A, 20 messages', body: request(MESSAGES, { messageGroupId, first: 20 }), bare: true, reads: true },
    { name: 'A, 100 messages', body: request(MESSAGES, { messageGroupId, first: 100 }), bare: true, reads: true },
    { name: 'B, 20 groups', body: request(GROUPS, { first: 20 }), bare: false, reads: true },
    { name: 'sendMessage', body: request(SEND, { input }), bare: false, reads: false },
  ];
}

function request(query: string, variables: object): string {
  return JSON.stringify({ query, variables });
}
