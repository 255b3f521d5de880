import { lazyPart } from '../../lib/lazy-part';

// Asked for at once and beside everything else, so that they are here when the server is not: most messages go out,
// and nobody uses a bubble's buttons before the first messages stand still.
const trouble = () => import('./send-trouble');
const actions = () => import('./bubble-actions');
const reactions = () => import('./reactions');
const announcer = () => import('./announcer');
for (const load of [trouble, actions, reactions, announcer]) load().catch(() => undefined);

export const Announcer = lazyPart(announcer);
export const BubbleActions = lazyPart(actions);
export const Reactions = lazyPart(reactions);
export const SendTrouble = lazyPart(async () => ({ default: (await trouble()).SendTrouble }));
export const LocalTrouble = lazyPart(async () => ({ default: (await trouble()).LocalTrouble }));
