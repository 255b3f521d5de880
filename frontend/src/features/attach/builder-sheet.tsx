import { useMemo, useState } from 'react';
import { Field } from '../../components/field';
import { FramedPart } from '../../components/framed-part';
import { Sheet } from '../../components/sheet';
import { TextArea } from '../../components/text-area';
import { newId } from '../../lib/ids';
import { interactiveOf } from '../../lib/message/framed';
import { c } from '../../words/compose-en';
import {
  BUILDER_LIMITS as MOST,
  type BuilderDraft,
  type BuilderKind,
  hasFooter,
  hasHeader,
  interactivePart,
  isComplete,
  isProductKind,
  needsBody,
  needsHeader,
} from './interactive';
import styles from './attach.module.css';
import { ButtonFields, newRow, SectionFields } from './builder-choices';
import { FlowFields } from './builder-flow';
import { newProductSection, ProductFields } from './builder-products';
import { SheetFoot } from './sheet-foot';
import { type SheetProps, useSending } from './use-sending';

// Long ids that an agent looks up once: the next message of the same number begins with them.
const catalogs = new Map<string, string>();
const flows = new Map<string, string>();

const newDraft = (phoneNumberId: string): BuilderDraft => ({
  header: '',
  body: '',
  footer: '',
  buttons: [{ id: newId(), title: '' }],
  listButton: c.builder.listButtonDefault,
  sections: [{ id: newId(), title: '', rows: [newRow()] }],
  linkText: '',
  url: 'https://',
  flow: {
    flowId: flows.get(phoneNumberId) ?? '',
    cta: '',
    action: 'navigate',
    screen: '',
    data: '',
    isDraft: false,
  },
  catalog: catalogs.get(phoneNumberId) ?? '',
  product: '',
  productSections: [newProductSection()],
});

// Where the server's sentences have a field to stand at; the others are told at the foot.
const SHOWN = [
  /^interactive\.(header|body|footer)\.text$/,
  /^interactive\.action\.(button|buttons(\.\d+\.reply\.title)?|catalog_id|product_retailer_id)$/,
  /^interactive\.action\.parameters\.(display_text|url|flow_id|flow_cta|thumbnail_product_retailer_id)$/,
  /^interactive\.action\.parameters\.flow_action_payload\.(screen|data)$/,
  /^interactive\.action\.sections(\.\d+\.(title|rows\.\d+\.(title|description)|product_items\.\d+\.product_retailer_id))?$/,
];
const isShown = (field: string): boolean => SHOWN.some((shape) => shape.test(field));

/** Builds buttons, a list, a link, a form, products or a request, beside what the customer will see of it. */
export function BuilderSheet({ kind: wanted, onClose, ...sheet }: SheetProps & { kind: BuilderKind }) {
  const { phoneNumberId } = sheet.recipient;
  const [kind, setKind] = useState(wanted);
  const [draft, setDraft] = useState(() => newDraft(phoneNumberId));
  const { send, at, elsewhere, problem, isSending } = useSending(sheet);
  const set = (change: Partial<BuilderDraft>) => setDraft((known) => ({ ...known, ...change }));
  const part = interactivePart(kind, draft);
  const preview = useMemo(() => interactiveOf({ content: { interactive: part } }), [part]);
  const errorsAt = (path: string) => at(`interactive.action.${path}`);

  const submit = () => {
    if (isProductKind(kind)) catalogs.set(phoneNumberId, draft.catalog);
    if (kind === 'flow') flows.set(phoneNumberId, draft.flow.flowId);
    void send('interactive', part);
  };
  return (
    <Sheet
      isWide
      heading={c.builder.headings[kind]}
      onClose={onClose}
      footer={
        <SheetFoot
          problem={problem}
          more={elsewhere(isShown)}
          isSending={isSending}
          isReady={isComplete(kind, draft)}
          onClose={onClose}
          onSend={submit}
        />
      }
    >
      <div className={styles.columns}>
        <div className={styles.form}>
          {hasHeader(kind) && (
            <Field
              label={needsHeader(kind) ? c.builder.headerNeeded : c.builder.header}
              dir="auto"
              maxLength={MOST.header}
              value={draft.header}
              errors={at('interactive.header.text')}
              onChange={(event) => set({ header: event.target.value })}
            />
          )}
          <TextArea
            label={needsBody(kind) ? c.builder.body : c.builder.bodyOptional}
            dir="auto"
            maxLength={kind === 'list' ? MOST.listBody : MOST.body}
            value={draft.body}
            errors={at('interactive.body.text')}
            onChange={(event) => set({ body: event.target.value })}
          />
          {hasFooter(kind) && (
            <Field
              label={c.builder.footer}
              dir="auto"
              maxLength={MOST.footer}
              value={draft.footer}
              errors={at('interactive.footer.text')}
              onChange={(event) => set({ footer: event.target.value })}
            />
          )}
          {kind === 'button' && (
            <ButtonFields
              buttons={draft.buttons}
              errors={errorsAt('buttons')}
              errorsOf={(index) => errorsAt(`buttons.${index}.reply.title`)}
              onChange={(buttons) => set({ buttons })}
            />
          )}
          {kind === 'list' && (
            <>
              <Field
                label={c.builder.listButton}
                dir="auto"
                maxLength={MOST.listButton}
                value={draft.listButton}
                errors={errorsAt('button')}
                onChange={(event) => set({ listButton: event.target.value })}
              />
              <SectionFields
                sections={draft.sections}
                errors={errorsAt('sections')}
                errorsOf={(path) => errorsAt(`sections.${path}`)}
                onChange={(sections) => set({ sections })}
              />
            </>
          )}
          {kind === 'cta_url' && (
            <>
              <Field
                label={c.builder.linkText}
                dir="auto"
                maxLength={MOST.linkText}
                value={draft.linkText}
                errors={errorsAt('parameters.display_text')}
                onChange={(event) => set({ linkText: event.target.value })}
              />
              <Field
                label={c.builder.url}
                type="url"
                dir="ltr"
                value={draft.url}
                errors={errorsAt('parameters.url')}
                onChange={(event) => set({ url: event.target.value })}
              />
            </>
          )}
          {kind === 'flow' && (
            <FlowFields
              flow={draft.flow}
              errorsAt={(path) => errorsAt(`parameters.${path}`)}
              onChange={(flow) => set({ flow })}
            />
          )}
          {isProductKind(kind) && (
            <ProductFields kind={kind} draft={draft} errorsAt={errorsAt} onKind={setKind} onChange={set} />
          )}
        </div>
        <section className={styles.preview} aria-label={c.preview}>
          <p className={styles.quiet}>{c.preview}</p>
          <div className={styles.bubble}>{preview && <FramedPart framed={preview} />}</div>
        </section>
      </div>
    </Sheet>
  );
}
