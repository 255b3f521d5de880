import { lookUp } from '../lookup';
import type { Message } from '../types';
import { contentOf, fieldsIn, fieldsOf, labelOf, numericOf } from './content';
import { readable, rowsOf } from './form-rows';

/** The first error that Meta put on a message: its code and the best sentence there is. */
export function errorOf(message: Message): { code: number | null; detail: string | null } | null {
  const first = fieldsIn(contentOf(message).errors)[0];
  if (first === undefined) return null;
  const details = labelOf(fieldsOf(first.error_data).details) ?? labelOf(first.details);
  const detail = details ?? labelOf(first.message) ?? labelOf(first.title);
  return { code: numericOf(first.code), detail };
}

/** The words of a kind of message that is new to this page: its texts, field by field. */
export function unknownPartOf(message: Message): { label: string; value: string }[] {
  const part = lookUp(contentOf(message), message.message_type);
  return rowsOf(part ?? {})
    .filter(({ label, value }) => label !== '' && value !== '' && value.length <= 500 && !/(^| )id$/.test(label))
    .slice(0, 8)
    .map(({ label, value }) => ({ label: readable(label), value }));
}
