import { Field } from '../../components/field';
import { TextArea } from '../../components/text-area';
import { c } from '../../words/compose-en';
import styles from './attach.module.css';
import { BUILDER_LIMITS as MOST, type FlowDraft, flowData } from './interactive';

interface Props {
  flow: FlowDraft;
  /** The sentences at a path below `interactive.action.parameters`. */
  errorsAt: (path: string) => string[];
  onChange: (flow: FlowDraft) => void;
}

/** A form that was made in WhatsApp Manager, by its id, and how it opens. */
export function FlowFields({ flow, errorsAt, onChange }: Props) {
  const { flowId, cta, action, screen, data, isDraft } = flow;
  const set = (change: Partial<FlowDraft>) => onChange({ ...flow, ...change });
  const isReadable = flowData(data) !== undefined;
  return (
    <>
      <Field
        label={c.builder.flowId}
        hint={c.builder.flowIdHint}
        dir="ltr"
        maxLength={MOST.id}
        value={flowId}
        errors={errorsAt('flow_id')}
        onChange={(event) => set({ flowId: event.target.value })}
      />
      <Field
        label={c.builder.flowCta}
        dir="auto"
        maxLength={MOST.linkText}
        value={cta}
        errors={errorsAt('flow_cta')}
        onChange={(event) => set({ cta: event.target.value })}
      />
      <label className={styles.choice}>
        {c.builder.flowAction}
        <select
          value={action}
          onChange={(event) => set({ action: event.target.value === 'navigate' ? 'navigate' : 'data_exchange' })}
        >
          <option value="navigate">{c.builder.flowActions.navigate}</option>
          <option value="data_exchange">{c.builder.flowActions.data_exchange}</option>
        </select>
      </label>
      {action === 'navigate' && (
        <>
          <Field
            label={c.builder.flowScreen}
            hint={c.builder.flowScreenHint}
            dir="ltr"
            value={screen}
            errors={errorsAt('flow_action_payload.screen')}
            onChange={(event) => set({ screen: event.target.value })}
          />
          <TextArea
            label={c.builder.flowData}
            dir="ltr"
            value={data}
            errors={isReadable ? errorsAt('flow_action_payload.data') : [c.builder.flowDataFlaw]}
            onChange={(event) => set({ data: event.target.value })}
          />
        </>
      )}
      <label className={styles.check}>
        <input type="checkbox" checked={isDraft} onChange={(event) => set({ isDraft: event.target.checked })} />
        {c.builder.flowDraft}
      </label>
    </>
  );
}
