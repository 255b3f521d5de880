import { lazyPart } from '../../lib/lazy-part';

// These parts are loaded at once, beside everything else, so that they are here when the server is not. The first
// messages do not wait for them: most messages go out, and nobody uses a bubble's buttons before those stand still.
const trouble = () => import('./send-trouble');
const actions = () => import('./bubble-actions');
const reactions = () => import('./reactions');
const announcer = () => import('./announcer');
const changes = () => import('./changes-line');
for (const load of [trouble, actions, reactions, announcer, changes]) load().catch(() => undefined);

export const Announcer = lazyPart(announcer);
export const ChangesLine = lazyPart(changes);
export const BubbleActions = lazyPart(actions);
export const Reactions = lazyPart(reactions);
export const SendTrouble = lazyPart(async () => ({ default: (await trouble()).SendTrouble }));
export const LocalTrouble = lazyPart(async () => ({ default: (await trouble()).LocalTrouble }));
