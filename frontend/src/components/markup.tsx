import { Fragment, type ReactNode, useMemo } from 'react';
import { type Block, type Inline, parseMarkup } from '../lib/markup';
import styles from './markup.module.css';

/** A message's text with WhatsApp's formatting: built from nodes, so that no text can become markup. */
export function Markup({ text }: { text: string }) {
  const blocks = useMemo(() => parseMarkup(text), [text]);
  return <div className={styles.markup}>{blocks.map(renderBlock)}</div>;
}

// Parts have no identity but their place, and a text is parsed anew as a whole: the index is the key.
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
        <a key={index} href={node.href} target="_blank" rel="noopener noreferrer nofollow">
          {node.text}
        </a>
      );
    default:
      return <Fragment key={index}>{node.text}</Fragment>;
  }
}
