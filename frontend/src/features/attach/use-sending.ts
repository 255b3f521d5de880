import { useRef, useState } from 'react';
import { ApiProblem } from '../../lib/api';
import { newId } from '../../lib/ids';
import type { Accepted } from '../../lib/types';
import { c } from '../../words/compose-en';
import { type Recipient, useSendPart } from '../../hooks/send-part';

export interface SheetProps {
  recipient: Recipient;
  replyToId: string | null;
  onClose: () => void;
  onSent: (accepted: Accepted) => void;
}

/** A sheet's one send: the server's sentences by field, and what it says that no field shows. */
export function useSending({ recipient, replyToId, onSent }: Omit<SheetProps, 'onClose'>) {
  const sendPart = useSendPart(recipient);
  const [errors, setErrors] = useState<Record<string, string[]>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  // The same message again, after a lost answer, keeps its key; another one gets another.
  const last = useRef({ body: '', key: '' });

  const send = async (type: string, part: unknown): Promise<void> => {
    const body = JSON.stringify([type, part, replyToId]);
    if (last.current.body !== body) last.current = { body, key: newId() };
    setSending(true);
    setErrors({});
    setProblem(null);
    try {
      onSent(await sendPart({ type, part, key: last.current.key, replyTo: replyToId }));
    } catch (error) {
      setSending(false);
      const isProblem = error instanceof ApiProblem;
      setErrors(isProblem ? error.errors : {});
      const hasFields = isProblem && Object.keys(error.errors).length > 0;
      setProblem(`${c.notSent} ${hasFields || !(error instanceof Error) ? '' : error.message}`.trim());
    }
  };
  /** The sentences for the fields at and below these paths. */
  const at = (...paths: string[]): string[] =>
    Object.entries(errors).flatMap(([field, sentences]) => (paths.includes(field) ? sentences : []));
  /** What is said of fields that are not in the list. */
  const elsewhere = (isShown: (field: string) => boolean): string[] =>
    Object.entries(errors).flatMap(([field, sentences]) => (isShown(field) ? [] : sentences));
  return { send, at, elsewhere, problem, isSending };
}
