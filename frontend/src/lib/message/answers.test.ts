import { describe, expect, it } from 'vitest';
import { aMessage } from '../../testing/samples';
import { choiceOf, formOf } from './answers';

const of = (message_type: string, content: Record<string, unknown>) => aMessage({ message_type, text: null, content });

describe('a form', () => {
  const form = (response_json: unknown) =>
    formOf(of('interactive', { interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', response_json } } }));

  it('is a row for each answer, in words, without the token', () => {
    const given = { flow_token: 'x', firstName: 'Asha', wants_callback: true, items: ['a', 'b'], at: { city: 'Pune' } };
    expect(form(JSON.stringify(given))?.rows).toEqual([
      { label: 'First Name', value: 'Asha' },
      { label: 'Wants callback', value: '✓' },
      { label: 'Items', value: 'a, b' },
      { label: 'At city', value: 'Pune' },
    ]);
  });

  it('is shown as it came where it is no JSON', () => {
    expect(form('not json')?.rows).toEqual([{ label: '', value: 'not json' }]);
  });
});

describe('a choice', () => {
  it.each([
    ['interactive', { interactive: { type: 'button_reply', button_reply: { id: 'n', title: 'No' } } }, 'button', 'No'],
    ['interactive', { interactive: { type: 'list_reply', list_reply: { id: 'r', title: 'Rye' } } }, 'list', 'Rye'],
    ['button', { button: { text: 'Stop', payload: 's' } }, 'template', 'Stop'],
    // Without a title the id is all there is.
    ['interactive', { interactive: { type: 'button_reply', button_reply: { id: 'n' } } }, 'button', 'n'],
  ])('by %s is told with its title', (type, content, by, title) => {
    expect(choiceOf(of(type, content))).toMatchObject({ by, title });
  });
});
