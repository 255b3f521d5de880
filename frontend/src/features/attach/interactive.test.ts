import { describe, expect, it } from 'vitest';
import { type BuilderDraft, type BuilderKind, flowData, interactivePart, isComplete } from './interactive';

const draft = (given: Partial<BuilderDraft> = {}): BuilderDraft => ({
  header: '',
  body: ' Choose ',
  footer: '',
  buttons: [],
  listButton: '',
  sections: [],
  linkText: '',
  url: '',
  flow: { flowId: ' 42 ', cta: 'Book', action: 'navigate', screen: '', data: '', isDraft: false },
  catalog: '7',
  product: 'rye',
  productSections: [
    { id: 's', title: '', items: [{ id: 'a', product: ' rye ' }] },
    { id: 't', title: 'More', items: [{ id: 'b', product: 'spelt' }] },
  ],
  ...given,
});
const flow = (given: Partial<BuilderDraft['flow']>) => draft({ flow: { ...draft().flow, ...given } });
const parameters = (given: Partial<BuilderDraft['flow']>) =>
  (interactivePart('flow', flow(given)).action as { parameters: unknown }).parameters;

describe('a form', () => {
  it('opens as its maker meant it, where nothing else is said', () => {
    expect(parameters({})).toEqual({ flow_message_version: '3', flow_id: '42', flow_cta: 'Book', flow_action: 'navigate' });
  });

  it('opens at a screen with values, and may be a draft', () => {
    expect(parameters({ screen: 'TABLE', data: '{"guests": 2}', isDraft: true })).toMatchObject({
      mode: 'draft',
      flow_action_payload: { screen: 'TABLE', data: { guests: 2 } },
    });
  });

  it('takes no values where the business answers for each screen', () => {
    expect(parameters({ action: 'data_exchange', screen: 'TABLE', data: '{"a": 1}' })).not.toHaveProperty('flow_action_payload');
  });

  it.each([
    ['', null],
    ['{"a": 1}', { a: 1 }],
    ['{}', undefined],
    ['[1]', undefined],
    ['{"a"', undefined],
  ])('reads the values %j', (text, data) => {
    expect(flowData(text)).toEqual(data);
  });

  it('with values needs their screen, and values that can be read', () => {
    expect(isComplete('flow', flow({}))).toBe(true);
    expect(isComplete('flow', flow({ data: '{"a": 1}' }))).toBe(false);
    expect(isComplete('flow', flow({ data: '{"a": 1}', screen: 'A' }))).toBe(true);
    expect(isComplete('flow', flow({ data: '{', screen: 'A' }))).toBe(false);
    expect(isComplete('flow', flow({ data: '{', action: 'data_exchange' }))).toBe(true);
    expect(isComplete('flow', flow({ cta: ' ' }))).toBe(false);
  });
});

describe('products', () => {
  it('are one, some or all', () => {
    expect(interactivePart('product', draft({ body: '' }))).toEqual({
      type: 'product',
      action: { catalog_id: '7', product_retailer_id: 'rye' },
    });
    expect(interactivePart('product_list', draft({ header: 'Bread' }))).toEqual({
      type: 'product_list',
      header: { type: 'text', text: 'Bread' },
      body: { text: 'Choose' },
      action: {
        catalog_id: '7',
        sections: [
          { product_items: [{ product_retailer_id: 'rye' }] },
          { title: 'More', product_items: [{ product_retailer_id: 'spelt' }] },
        ],
      },
    });
    expect(interactivePart('catalog_message', draft())).toEqual({
      type: 'catalog_message',
      body: { text: 'Choose' },
      action: { name: 'catalog_message', parameters: { thumbnail_product_retailer_id: 'rye' } },
    });
    expect(interactivePart('catalog_message', draft({ product: '' })).action).toEqual({ name: 'catalog_message' });
  });

  it.each<[BuilderKind, Partial<BuilderDraft>, boolean]>([
    ['product', { body: '' }, true],
    ['product', { catalog: '' }, false],
    ['product_list', {}, false],
    ['product_list', { header: 'Bread' }, true],
    ['product_list', { header: 'Bread', productSections: [] }, false],
    ['catalog_message', { catalog: '', product: '' }, true],
    ['catalog_message', { body: '' }, false],
  ])('%s with %j are complete: %s', (kind, given, complete) => {
    expect(isComplete(kind, draft(given))).toBe(complete);
  });
});

it('a request to call needs no words', () => {
  expect(interactivePart('call_permission_request', draft({ body: '' }))).toEqual({
    type: 'call_permission_request',
    action: { name: 'call_permission_request' },
  });
});
