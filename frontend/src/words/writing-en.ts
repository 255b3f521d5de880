import { catalogue } from './catalogue';
import { plural } from './plural';
/** The sentences of what helps with writing, loaded with it. */
export const w = catalogue('writing', {
  emoji: 'Insert an emoji',
  found: (count: number) => `${plural(count, 'emoji', 'emoji')}. Arrow keys choose, Enter inserts.`,
  list: 'Emoji',
  preview: 'Show a preview of the link',
  canned: 'Canned replies',
  foundCanned: (count: number) => `${plural(count, 'canned reply', 'canned replies')}. Arrow keys choose, Enter inserts.`,
  own: 'Your own',
  cannedText: 'Text',
  files: 'Files',
  choices: 'What can be tapped',
  sendMore: 'More ways to send',
  sendAndResolve: 'Send and resolve',
  resolveBehind: 'Your last reply is still on its way. Nothing was sent or resolved: try again when it has gone.',
  resolveFiles: 'Send the files first, then resolve. Nothing was sent or resolved.',
  unfilled: 'Fill in what stands in double braces first.',
});
