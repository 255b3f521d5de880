import { useEffect, useState } from 'react';

/** What is said stays for a while after it has ended: who begins and stops again and again is told of once. */
export function useLingering(said: string, ms: number): string {
  const [kept, setKept] = useState(said);
  if (said !== '' && said !== kept) setKept(said);
  useEffect(() => {
    if (said !== '') return;
    const timer = setTimeout(() => setKept(''), ms);
    return () => clearTimeout(timer);
  }, [said, ms]);
  return kept;
}
