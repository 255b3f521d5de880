import { catalogue } from './catalogue';

/** The sentences of how a team handles conversations, loaded with the parts that show them. */
export const h = catalogue('handling', {
  gone: 'This conversation is out of your sight',
  goneDetail: 'It was handed to somebody else, or you may no longer see it. What you had opened of it is forgotten here.',
  goneKept: 'What you were writing',
});
