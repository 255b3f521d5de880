import { catalogue } from './catalogue';

/** The sentences of an invitation's link, loaded where one is opened. */
export const j = catalogue('join', {
  heading: 'Invitation',
  looking: 'Looking for the invitation…',
  invites: (inviter: string, workspace: string) => `${inviter} invites you to ${workspace}.`,
  invited: (workspace: string) => `You are invited to ${workspace}.`,
  as: (role: string) => `You would join as: ${role}.`,
  roles: { admin: 'Admin', agent: 'Agent', viewer: 'Viewer' },
  signedInAs: (label: string) => `You are signed in as ${label}.`,
  accept: 'Accept',
  accepting: 'Joining…',
  notNow: 'Not now',
  toInbox: 'Go to the inbox',
  otherAccount: 'Use another account',
  noToken: 'This link is not complete',
  noTokenHint: 'Open the invitation’s link as you got it, up to its last letter.',
  gone: 'This invitation is no longer good',
  goneHint: 'Ask whoever invited you for a new link.',
  mismatch: 'This invitation is for another address',
  mismatchHint: 'Sign in with the email address that the invitation was sent to.',
  already: 'You are in this workspace already',
  alreadyHint: 'There is nothing to do. The invitation stays good for somebody else.',
  suspended: 'You cannot join',
  done: (workspace: string) => `You are in ${workspace} now.`,
});
