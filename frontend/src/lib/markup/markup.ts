import { Links, type Steps } from './links';
import { type Block, type Inline, newWork, parseInlineMarks, parseMarks, type Work } from './marks';

export { type Block, type Inline, MOST_SPANS, newWork, plainText, type Work } from './marks';

const links = (line: string, work: Steps) => new Links(line, work);

/** A text's formatting and its links. */
export const parseMarkup = (text: string, work: Work = newWork()): Block[] => parseMarks(text, work, links);

export const parseInline = (text: string, work: Work = newWork()): Inline[] => parseInlineMarks(text, work, links);
