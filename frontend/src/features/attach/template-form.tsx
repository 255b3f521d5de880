import { ArrowLeft } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { FramedPart } from '../../components/framed-part';
import { Sheet } from '../../components/sheet';
import { useNow } from '../../hooks/browser';
import { c } from '../../words/compose-en';
import {
  askedFor,
  behindFixedPart,
  canBeSent,
  contextOf,
  fixedPart,
  flawOf,
  languageName,
  type Template,
  type TemplateParameter,
  templatePart,
  templatePreview,
  type Value,
  type Values,
} from './templates';
import styles from './attach.module.css';
import { FileField } from './file-field';
import { NO_PLACE, PlaceFields } from './place-fields';
import { SheetFoot } from './sheet-foot';
import { type SheetProps, useSending } from './use-sending';

interface Props extends SheetProps {
  template: Template;
  onBack: () => void;
}

/** A template's values, one field for each, beside what the customer will see of them. */
export function TemplateForm({ template, onBack, onClose, ...sheet }: Props) {
  const [values, setValues] = useState<Values>({});
  const [isChecked, setChecked] = useState(false);
  const { send, elsewhere, problem, isSending } = useSending(sheet);
  const form = useRef<HTMLDivElement>(null);
  const asked = askedFor(template);
  const now = useNow().getTime();
  const flaws = new Map(asked.map((one) => [one.key, flawOf(one, values[one.key], now)]));
  const isFlawless = [...flaws.values()].every((flaw) => flaw === null);
  const set = (key: string, value: Value) => setValues((known) => ({ ...known, [key]: value }));
  const isSendable = canBeSent(template);

  const submit = () => {
    setChecked(true);
    if (isFlawless) void send('template', templatePart(template, values));
  };
  // The eye and the screen reader go to the first field that is wrong.
  useEffect(() => {
    if (isChecked) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [isChecked]);

  return (
    <Sheet
      isWide
      heading={template.name}
      onClose={onClose}
      footer={
        <>
          <Button className={styles.back} onClick={onBack}>
            <ArrowLeft size={16} aria-hidden /> {c.templates.back}
          </Button>
          <SheetFoot
            problem={problem}
            more={elsewhere(() => false)}
            isSending={isSending}
            isReady={isSendable}
            label={c.templates.send}
            onClose={onClose}
            onSend={submit}
          />
        </>
      }
    >
      <div className={styles.columns}>
        <div ref={form} className={styles.form}>
          <p className={styles.quiet}>
            {[languageName(template.language), c.templates.paid[template.category ?? '']].filter(Boolean).join(' · ')}
          </p>
          {!isSendable && <p role="alert">{c.templates.cannot}</p>}
          {asked.length === 0 && isSendable && <p>{c.templates.nothingToFill}</p>}
          {asked.map((parameter) => (
            <ParameterField
              key={parameter.key}
              template={template}
              parameter={parameter}
              phoneNumberId={sheet.recipient.phoneNumberId}
              value={values[parameter.key]}
              sentence={sentence(flaws.get(parameter.key) ?? null, isChecked)}
              onChange={(value) => set(parameter.key, value)}
            />
          ))}
        </div>
        <section className={styles.preview} aria-label={c.preview}>
          <p className={styles.quiet}>{c.preview}</p>
          <div className={styles.bubble}>
            <FramedPart framed={templatePreview(template, values)} />
          </div>
        </section>
      </div>
    </Sheet>
  );
}

/** What is missing is told on sending; what is wrong with what is there, at once. */
function sentence(flaw: ReturnType<typeof flawOf>, isChecked: boolean): string[] {
  if (flaw === null || (flaw === 'missing' && !isChecked)) return [];
  return [c.templates.flaw[flaw]];
}

interface FieldProps {
  template: Template;
  parameter: TemplateParameter;
  phoneNumberId: string;
  value: Value | undefined;
  sentence: string[];
  onChange: (value: Value) => void;
}

function ParameterField({ template, parameter, phoneNumberId, value, sentence, onChange }: FieldProps) {
  const label = labelOf(template, parameter);
  const { kind, example } = parameter;
  if (kind === 'image' || kind === 'video' || kind === 'document')
    return <FileField label={label} kind={kind} phoneNumberId={phoneNumberId} errors={sentence} onChange={onChange} />;
  if (kind === 'location') {
    const place = typeof value === 'object' && 'latitude' in value ? value : NO_PLACE;
    return (
      <fieldset className={styles.section}>
        <legend>{label}</legend>
        <PlaceFields value={place} onChange={onChange} errorsOf={(field) => (field === 'address' ? sentence : [])} />
      </fieldset>
    );
  }
  const fixed = fixedPart(template, parameter);
  const shown = typeof example === 'string' ? behindFixedPart(fixed, example) : '';
  return (
    <Field
      label={label}
      before={fixed}
      dir={kind === 'url_suffix' ? 'ltr' : 'auto'}
      type={kind === 'limited_time_offer' ? 'datetime-local' : 'text'}
      value={typeof value === 'string' ? value : ''}
      {...(shown !== '' ? { hint: c.templates.example(shown) } : {})}
      errors={sentence}
      onChange={(event) => onChange(behindFixedPart(fixed, event.target.value))}
    />
  );
}

function labelOf(template: Template, parameter: TemplateParameter): string {
  const names = c.templates.field;
  const at = parameter.index + 1;
  const card = parameter.card === null ? '' : names.card(parameter.card + 1);
  const own = (): string => {
    switch (parameter.kind) {
      case 'text':
        return parameter.name?.replaceAll('_', ' ') ?? contextOf(template, parameter) ?? names.text(parameter.component, at);
      case 'url_suffix':
      case 'coupon_code':
        return names[parameter.kind](at);
      case 'image':
      case 'video':
      case 'document':
      case 'location':
      case 'limited_time_offer':
        return names[parameter.kind];
      default:
        return parameter.key;
    }
  };
  return card + own();
}
