import { useEffect, useState } from 'react';

const HIGHLIGHT_MS = 2500;

/**
 * The caller gets the message that stands out, for as long as it takes to find it, and what makes another stand out.
 * A message that is named anew stands out by itself.
 */
export function useHighlight(namedId: string | null): [string | null, (id: string) => void] {
  const [highlighted, setHighlighted] = useState(namedId);
  const [known, setKnown] = useState(namedId);
  if (known !== namedId) {
    setKnown(namedId);
    setHighlighted(namedId);
  }
  useEffect(() => {
    if (highlighted === null) return;
    const timer = setTimeout(() => setHighlighted(null), HIGHLIGHT_MS);
    return () => clearTimeout(timer);
  }, [highlighted]);
  return [highlighted, setHighlighted];
}
