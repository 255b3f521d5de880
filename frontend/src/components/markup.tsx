import { Fragment, type ReactNode, useMemo, useState, useSyncExternalStore } from 'react';
import { folded } from '../lib/fold';
import { loadPatiently } from '../lib/lazy-part';
import { type Block, type Inline, parseMarks } from '../lib/markup/marks';
import { t } from '../words/en';
import { Button } from './button';
import styles from './markup.module.css';

// Links are found by a part of the page that is loaded a moment later. Texts do not wait for it.
let parse: (text: string) => Block[] = parseMarks;
const waiting = new Set<() => void>();
void loadPatiently(() => import('../lib/markup/markup')).then(({ parseMarkup }) => {
  parse = parseMarkup;
  for (const tell of waiting) tell();
});
const subscribe = (tell: () => void) => {
  waiting.add(tell);
  return () => waiting.delete(tell);
};

// A text that was shown whole stays so when its row is scrolled out of the thread and back.
const unfolded = new Set<string>();

/**
 * A message's text with WhatsApp's formatting. It is built from nodes, so that no text can become markup. A very long
 * text shows its beginning until the reader asks for the rest.
 */
export function Markup({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(() => unfolded.has(text));
  const short = useMemo(() => folded(text), [text]);
  const shown = isWhole ? text : (short ?? text);
  const parser = useSyncExternalStore(subscribe, () => parse);
  const blocks = useMemo(() => parser(shown), [parser, shown]);
  return (
    <div className={styles.markup}>
      {blocks.map(renderBlock)}
      {shown !== text && (
        <>
          {'… '}
          <Button
            kind="link"
            onClick={() => {
              unfolded.add(text);
              setWhole(true);
            }}
          >
            {t.bubble.showAll}
          </Button>
        </>
      )}
    </div>
  );
}

// The index is the key: parts have no identity but their place, and a text is parsed anew as a whole.
function renderBlock(block: Block, index: number): ReactNode {
  switch (block.kind) {
    case 'pre':
      return <pre key={index}>{block.text}</pre>;
    case 'quote':
      return (
        <blockquote key={index} dir="auto">
          {inline(block.children)}
        </blockquote>
      );
    case 'list': {
      const items = block.items.map((item, at) => (
        // oxlint-disable-next-line react/no-array-index-key
        <li key={at} dir="auto">
          {inline(item)}
        </li>
      ));
      return block.ordered ? (
        <ol key={index} start={block.start}>
          {items}
        </ol>
      ) : (
        <ul key={index}>{items}</ul>
      );
    }
    default:
      return (
        <p key={index} dir="auto">
          {inline(block.children)}
        </p>
      );
  }
}

const inline = (nodes: Inline[]): ReactNode => nodes.map(renderInline);

function renderInline(node: Inline, index: number): ReactNode {
  switch (node.kind) {
    case 'bold':
      return <strong key={index}>{inline(node.children)}</strong>;
    case 'italic':
      return <em key={index}>{inline(node.children)}</em>;
    case 'strike':
      return <s key={index}>{inline(node.children)}</s>;
    case 'code':
      return <code key={index}>{node.text}</code>;
    case 'link':
      return (
        // An address reads from left to right in every language.
        <a key={index} dir="ltr" href={node.href} target="_blank" rel="noopener noreferrer nofollow">
          {node.text}
        </a>
      );
    default:
      return <Fragment key={index}>{node.text}</Fragment>;
  }
}
