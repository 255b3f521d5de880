import { describe, expect, it } from 'vitest';
import { aMessage } from '../../testing/samples';
import { marksOf } from './marks';

const of = (message_type: string, content: Record<string, unknown>) => aMessage({ message_type, text: null, content });

describe('marks', () => {
  it('tell forwards, products, and who wrote in a group', () => {
    const message = of('text', {
      context: { frequently_forwarded: true, referred_product: { product_retailer_id: 'xl' } },
      group: { id: 'g', from: '917755991051', name: 'Asha' },
    });
    expect(marksOf(message)).toMatchObject({ forwarded: 'often', product: 'xl', author: 'Asha', isDeleted: false });
  });
});
