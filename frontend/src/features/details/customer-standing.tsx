import { useRef, useState } from 'react';
import { Button } from '../../components/button';
import { useRights } from '../../hooks/workspace';
import type { Conversation } from '../../lib/types';
import { d } from '../../words/details-en';
import { t } from '../../words/en';
import styles from './details-pane.module.css';
import { useBlock, useMarketingStop } from './endpoints';
import { Fact } from './fact';

interface Props {
  conversation: Conversation;
  name: string;
}

/** What may pass between the customer and the business, and how to change it. */
export function CustomerStanding({ conversation, name }: Props) {
  const { marketing_opt_out: hasStopped, is_blocked: isBlocked } = conversation;
  const marketing = useMarketingStop(conversation.id);
  const block = useBlock(conversation.id);
  const { mayHandle } = useRights(conversation.workspace_id);
  const [isAsking, setAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const answer = (isMeant: boolean) => {
    setAsking(false);
    if (isMeant) block.mutate(true);
    // The question goes, with the button that had the focus.
    button.current?.focus();
  };
  return (
    <div className={styles.facts}>
      <dl className={styles.lines}>
        <Fact term={d.marketing}>
          {hasStopped ? d.marketingStopped : d.marketingAllowed}
          {mayHandle && (
            <Button
              aria-label={hasStopped ? d.marketingResume : d.marketingStop}
              onClick={() => marketing.isPending || marketing.mutate(!hasStopped)}
            >
              {hasStopped ? d.allow : d.stop}
            </Button>
          )}
        </Fact>
        <Fact term={d.blocking}>
          <span className={styles.standing} data-bad={isBlocked || undefined}>
            {isBlocked ? d.blocked : d.notBlocked}
          </span>
          {mayHandle && (
            <Button
              ref={button}
              aria-expanded={isBlocked ? undefined : isAsking}
              onClick={() => {
                if (block.isPending) return;
                if (isBlocked) block.mutate(false);
                else setAsking(!isAsking);
              }}
            >
              {isBlocked ? d.unblock : d.block}
            </Button>
          )}
        </Fact>
      </dl>
      {isAsking && !isBlocked && (
        <div role="group" aria-label={d.block} className={styles.question}>
          <p>{d.blockQuestion(name)}</p>
          <div className={styles.answers}>
            <Button onClick={() => answer(false)}>{t.cancel}</Button>
            <Button kind="primary" onClick={() => answer(true)}>
              {d.blockNow}
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}
