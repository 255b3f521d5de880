import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { SEARCH_PARAMETERS } from '../../hooks/place';
import { type Question, readQuestion, writeQuestion } from '../../lib/search-question';

const TYPING_MS = 250;

export interface Asking {
  /** As it stands in the field. */
  text: string;
  type: (text: string) => void;
  /** What is typed is asked for now. */
  ask: () => void;
  question: Question;
  /** What is typed is not asked for yet. */
  isBehind: boolean;
  narrow: (change: Partial<Question>) => void;
}

/** What is searched for, as the address says it. The address says what is being typed once typing pauses. */
export function useQuestion(): Asking {
  const [search, setSearch] = useSearchParams();
  const said = search.toString();
  const question = useMemo(() => readQuestion(new URLSearchParams(said)), [said]);
  const narrow = useCallback(
    (change: Partial<Question>) =>
      setSearch(
        (present) => {
          const others = [...present].filter(([name]) => !(SEARCH_PARAMETERS as readonly string[]).includes(name));
          return new URLSearchParams([...others, ...writeQuestion({ ...readQuestion(present), ...change })]);
        },
        // To ask for something else is no step of its own on the way back.
        { replace: true },
      ),
    [setSearch],
  );

  const [text, setText] = useState(question.words);
  // Words that the address has and the field has not come from a step back: the field follows them.
  const [known, setKnown] = useState(question.words);
  if (known !== question.words) {
    setKnown(question.words);
    if (text.trim() !== question.words) setText(question.words);
  }
  const timer = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const write = (given: string) => {
    window.clearTimeout(timer.current);
    const words = given.trim();
    if (words !== question.words) narrow({ words });
  };
  const type = (next: string) => {
    setText(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => latest.current(next), TYPING_MS);
  };
  const latest = useRef(write);
  useEffect(() => {
    latest.current = write;
  });
  return { text, type, ask: () => write(text), question, isBehind: text.trim() !== question.words.trim(), narrow };
}
