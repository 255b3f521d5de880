import { shorten } from '../shorten';
import type { Message } from '../types';
import { contentOf, fieldsOf, labelOf, numericOf } from './content';
import { LONGEST_VALUE, readable, rowsOf } from './form-rows';

/** The button or list entry that the customer chose, or the template's button. */
export interface Choice {
  by: 'button' | 'list' | 'template';
  title: string;
  description: string | null;
}

export function choiceOf(message: Message): Choice | null {
  const button = fieldsOf(contentOf(message).button);
  const pressed = labelOf(button.text) ?? labelOf(button.payload);
  if (pressed !== null) return { by: 'template', title: pressed, description: null };
  const { button_reply, list_reply } = fieldsOf(contentOf(message).interactive);
  const tapped = fieldsOf(button_reply);
  const row = fieldsOf(list_reply);
  const tappedTitle = labelOf(tapped.title) ?? labelOf(tapped.id);
  if (tappedTitle !== null) return { by: 'button', title: tappedTitle, description: null };
  const rowTitle = labelOf(row.title) ?? labelOf(row.id);
  return rowTitle === null ? null : { by: 'list', title: rowTitle, description: labelOf(row.description) };
}

export interface FormAnswer {
  isAddress: boolean;
  rows: { label: string; value: string }[];
}

/** A form's answers, field by field. They come as JSON in a string. A string that is no JSON is one row. */
export function formOf(message: Message): FormAnswer | null {
  const reply = fieldsOf(contentOf(message).interactive).nfm_reply;
  if (reply === undefined) return null;
  const { name, response_json } = fieldsOf(reply);
  const isAddress = name === 'address_message';
  let given: unknown = response_json;
  if (typeof given === 'string')
    try {
      given = JSON.parse(given);
    } catch {
      return { isAddress, rows: [{ label: '', value: shorten(given as string, LONGEST_VALUE) }] };
    }
  const rows = rowsOf(given).filter(({ label }) => label !== 'flow_token');
  return { isAddress, rows: rows.map(({ label, value }) => ({ label: readable(label), value })) };
}

/** The customer's answer to being asked for calls. */
export function callPermissionOf(
  message: Message,
): { isGiven: boolean; isPermanent: boolean; until: string | null } | null {
  const reply = fieldsOf(contentOf(message).interactive).call_permission_reply;
  if (reply === undefined) return null;
  const { response, is_permanent, expiration_timestamp } = fieldsOf(reply);
  const until = new Date((numericOf(expiration_timestamp) ?? Number.NaN) * 1000);
  return {
    isGiven: response === 'accept',
    isPermanent: is_permanent === true,
    until: Number.isNaN(until.getTime()) ? null : until.toISOString(),
  };
}
