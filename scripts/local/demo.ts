/** The people of the demo data. Their ids are fixed, so that a second seed finds the first. */
export interface DemoUser {
  id: string;
  handle: string;
  displayName: string;
  email: string;
}

export const DEMO_PASSWORD = 'Messages-2026!';

export const demoUsers = {
  andrewbrown: {
    id: '8d9bc11a-6f2e-4a54-9d6c-0f1f3a3d5b01',
    handle: 'andrewbrown',
    displayName: 'Andrew Brown',
    email: 'andrewbrown@example.com',
  },
  bayko: {
    id: '8d9bc11a-6f2e-4a54-9d6c-0f1f3a3d5b02',
    handle: 'bayko',
    displayName: 'Andrew Bayko',
    email: 'bayko@example.com',
  },
  londo: {
    id: '8d9bc11a-6f2e-4a54-9d6c-0f1f3a3d5b03',
    handle: 'londo',
    displayName: 'Londo Mollari',
    email: 'londo@example.com',
  },
  /** Nobody has written to this one: the first message to them starts a message group. */
  gkar: { id: '8d9bc11a-6f2e-4a54-9d6c-0f1f3a3d5b04', handle: 'gkar', displayName: 'G’Kar', email: 'gkar@example.com' },
} satisfies Record<string, DemoUser>;

export const allDemoUsers: DemoUser[] = Object.values(demoUsers);
