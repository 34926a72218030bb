import type { Parts } from './parts.ts';

/** What is asked of the contenders. */
export interface Workload {
  name: string;
  /** The requests of the next measurement, sent in this order, again and again. */
  bodies: () => string[];
  /** Who can answer it: all GraphQL servers, and the bare ones where they have it built in. */
  bare: boolean;
  /** True where every answer is the same, to be compared between contenders. */
  reads: boolean;
  /** How many requests a measurement may have at most; any number unless given. */
  most?: number;
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

const BODY = 'Deal. I will bring the map that you never look at.';
/** A first contact can be made once: so many in a measurement, and the list of the sender stays short. */
const FIRST_CONTACTS = 40;

/** The reads come first: what is sent changes what they answer. */
export function workloadsOn({ groupId: messageGroupId, nextStranger }: Parts): Workload[] {
  const page = (first: number) => request(MESSAGES, { messageGroupId, first });
  const send = request(SEND, { input: { to: { messageGroupId }, body: BODY } });
  const firstContact = () => request(SEND, { input: { to: { handle: nextStranger() }, body: BODY } });
  const always = (...bodies: string[]) => ({ bodies: () => bodies });
  return [
    { name: 'A, 20 messages', ...always(page(20)), bare: true, reads: true },
    { name: 'A, 100 messages', ...always(page(100)), bare: true, reads: true },
    { name: 'B, 20 groups', ...always(request(GROUPS, { first: 20 })), bare: false, reads: true },
    { name: 'sendMessage', ...always(send), bare: false, reads: false },
    {
      name: '9 pages to 1 sendMessage',
      ...always(...Array<string>(9).fill(page(20)), send),
      bare: false,
      reads: false,
    },
    {
      name: 'sendMessage, first contact',
      bodies: () => Array.from({ length: FIRST_CONTACTS }, firstContact),
      bare: false,
      reads: false,
      most: FIRST_CONTACTS,
    },
  ];
}

function request(query: string, variables: object): string {
  return JSON.stringify({ query, variables });
}
