import { type Fields, fieldsOf } from '../../lib/message/content';

/** The messages that are built of parts: what the customer taps, chooses, fills in, orders or is asked for. */
export type BuilderKind =
  | 'button'
  | 'list'
  | 'cta_url'
  | 'flow'
  | 'product'
  | 'product_list'
  | 'catalog_message'
  | 'location_request_message'
  | 'request_contact_info'
  | 'call_permission_request';

export interface BuilderRow {
  id: string;
  title: string;
  description: string;
}

/** `product` is the id that the shop itself gave it (Meta's `product_retailer_id`). */
export interface ProductSection {
  id: string;
  title: string;
  items: { id: string; product: string }[];
}

export interface FlowDraft {
  flowId: string;
  cta: string;
  action: 'navigate' | 'data_exchange';
  screen: string;
  /** JSON as it is typed; empty: none. */
  data: string;
  /** The form has not been published yet. */
  isDraft: boolean;
}

export interface BuilderDraft {
  header: string;
  body: string;
  footer: string;
  buttons: { id: string; title: string }[];
  listButton: string;
  sections: { id: string; title: string; rows: BuilderRow[] }[];
  linkText: string;
  url: string;
  flow: FlowDraft;
  catalog: string;
  product: string;
  productSections: ProductSection[];
}

/** WhatsApp's limits in characters and numbers (docs/meta/cloud-api.md section 7.3); the server holds them too. */
export const BUILDER_LIMITS = {
  header: 60,
  body: 1024,
  listBody: 4096,
  footer: 60,
  buttons: 3,
  buttonTitle: 20,
  listButton: 20,
  sections: 10,
  rows: 10,
  sectionTitle: 24,
  rowTitle: 24,
  rowDescription: 72,
  linkText: 20,
  products: 30,
  id: 256,
};

/** What products are shown as: one, some in sections, or all. */
export const PRODUCT_KINDS = ['product_list', 'product', 'catalog_message'] as const;
export const isProductKind = (kind: BuilderKind): kind is (typeof PRODUCT_KINDS)[number] =>
  (PRODUCT_KINDS as readonly string[]).includes(kind);

const WITH_HEADER: BuilderKind[] = ['button', 'list', 'cta_url', 'flow', 'product_list'];
const WITH_FOOTER: BuilderKind[] = [...WITH_HEADER, 'product', 'catalog_message'];
const WITHOUT_BODY: BuilderKind[] = ['product', 'call_permission_request'];
export const hasHeader = (kind: BuilderKind): boolean => WITH_HEADER.includes(kind);
export const hasFooter = (kind: BuilderKind): boolean => WITH_FOOTER.includes(kind);
export const needsHeader = (kind: BuilderKind): boolean => kind === 'product_list';
export const needsBody = (kind: BuilderKind): boolean => !WITHOUT_BODY.includes(kind);

const filled = (text: string): boolean => text.trim() !== '';
/** A key with a text, or no key where nothing was written. */
const given = (key: string, text: string): Fields => (filled(text) ? { [key]: text.trim() } : {});

/** `interactive` of the send call. Ids are what comes back with the customer's answer: they stay with their titles. */
export function interactivePart(kind: BuilderKind, draft: BuilderDraft): Fields {
  const frame = {
    ...(hasHeader(kind) && filled(draft.header) ? { header: { type: 'text', text: draft.header.trim() } } : {}),
    ...(needsBody(kind) || filled(draft.body) ? { body: { text: draft.body.trim() } } : {}),
    ...(hasFooter(kind) && filled(draft.footer) ? { footer: { text: draft.footer.trim() } } : {}),
  };
  return { type: kind, ...frame, action: actionOf(kind, draft) };
}

function actionOf(kind: BuilderKind, draft: BuilderDraft): Fields {
  switch (kind) {
    case 'button':
      return {
        buttons: draft.buttons.map(({ id, title }) => ({ type: 'reply', reply: { id, title: title.trim() } })),
      };
    case 'list':
      return {
        button: draft.listButton.trim(),
        sections: draft.sections.map(({ title, rows }) => ({
          ...given('title', title),
          rows: rows.map((row) => ({
            id: row.id,
            title: row.title.trim(),
            ...given('description', row.description),
          })),
        })),
      };
    case 'cta_url':
      return { name: 'cta_url', parameters: { display_text: draft.linkText.trim(), url: draft.url.trim() } };
    case 'flow':
      return { name: 'flow', parameters: flowParameters(draft.flow) };
    case 'product':
      return { catalog_id: draft.catalog.trim(), product_retailer_id: draft.product.trim() };
    case 'product_list':
      return {
        catalog_id: draft.catalog.trim(),
        sections: draft.productSections.map(({ title, items }) => ({
          ...given('title', title),
          product_items: items.map(({ product }) => ({ product_retailer_id: product.trim() })),
        })),
      };
    case 'catalog_message': {
      const picture = given('thumbnail_product_retailer_id', draft.product);
      return { name: kind, ...(filled(draft.product) ? { parameters: picture } : {}) };
    }
    case 'location_request_message':
      return { name: 'send_location' };
    default:
      return { name: kind };
  }
}

function flowParameters(flow: FlowDraft): Fields {
  const data = flowData(flow.data);
  const first = { ...given('screen', flow.screen), ...(data ? { data } : {}) };
  return {
    flow_message_version: '3',
    flow_id: flow.flowId.trim(),
    flow_cta: flow.cta.trim(),
    flow_action: flow.action,
    ...(flow.isDraft ? { mode: 'draft' } : {}),
    // Where the business answers for every screen, it gives the first one's data too.
    ...(flow.action === 'navigate' && Object.keys(first).length > 0 ? { flow_action_payload: first } : {}),
  };
}

/** What was typed as a JSON object; null where nothing was, undefined where it is no object with something in it. */
export function flowData(text: string): Fields | null | undefined {
  if (!filled(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    const fields = fieldsOf(value);
    return Object.keys(fields).length > 0 ? fields : undefined;
  } catch {
    return undefined;
  }
}

/** Whether all that must be there is there; what it must look like the server tells. */
export function isComplete(kind: BuilderKind, draft: BuilderDraft): boolean {
  if (needsBody(kind) && !filled(draft.body)) return false;
  if (needsHeader(kind) && !filled(draft.header)) return false;
  switch (kind) {
    case 'button':
      return draft.buttons.length > 0 && draft.buttons.every(({ title }) => filled(title));
    case 'cta_url':
      return filled(draft.linkText) && filled(draft.url);
    case 'list': {
      const rows = draft.sections.flatMap((section) => section.rows);
      return filled(draft.listButton) && rows.length > 0 && rows.every(({ title }) => filled(title));
    }
    case 'flow': {
      const { flowId, cta, data, screen, action } = draft.flow;
      const hasData = action === 'navigate' && filled(data);
      return filled(flowId) && filled(cta) && (!hasData || (filled(screen) && flowData(data) !== undefined));
    }
    case 'product':
      return filled(draft.catalog) && filled(draft.product);
    case 'product_list': {
      const items = draft.productSections.flatMap((section) => section.items);
      return filled(draft.catalog) && items.length > 0 && items.every(({ product }) => filled(product));
    }
    default:
      return true;
  }
}
