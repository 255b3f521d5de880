import { Forward, Megaphone, Phone, Smartphone, History, Sparkles, Tag } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from '../../components/parts.module.css';
import { phone } from '../../lib/format';
import { contentOf, ofCallOf } from '../../lib/message/content';
import { type AdReferral, marksOf, referralOf } from '../../lib/message/marks';
import { typeName } from '../../lib/message/preview';
import type { Message } from '../../lib/types';
import { t } from '../../words/en';
import { k } from '../../words/kinds-en';
import quoteStyles from './quoted-message.module.css';

/** What stands above a message's own words: who wrote it in a group, where it comes from, what it is about. */
export default function AllMarks({ message }: { message: Message }) {
  const { author, forwarded, origin, product, summary } = marksOf(message);
  const referral = referralOf(message);
  const isOut = message.direction === 'outbound';
  return (
    <>
      {author && <bdi className={styles.author}>{/^\d{7,15}$/.test(author) ? phone(author) : author}</bdi>}
      {isOut && origin === 'phone_app' && <Mark icon={<Smartphone size={13} />}>{k.fromPhone}</Mark>}
      {origin === 'standby' && (
        <Mark icon={<Sparkles size={13} />}>{isOut ? k.fromAgent : k.askedAgent}</Mark>
      )}
      {origin === 'history' && <Mark icon={<History size={13} />}>{k.fromHistory}</Mark>}
      {forwarded && (
        <Mark icon={<Forward size={13} />}>{forwarded === 'often' ? k.forwardedOften : k.forwarded}</Mark>
      )}
      {product && <Mark icon={<Tag size={13} />}>{k.aboutProduct(product)}</Mark>}
      {ofCallOf(message) && <Mark icon={<Phone size={13} />}>{typeName(message)}</Mark>}
      {referral && <Referral referral={referral} />}
      {summary && (
        <div className={styles.referral}>
          <Mark icon={<Sparkles size={13} />}>{k.agentSummary}</Mark>
          <bdi>{summary}</bdi>
        </div>
      )}
      {!message.reply_to && quotesUnknown(message) && (
        <span className={quoteStyles.quote}>
          <span className={quoteStyles.text}>{t.bubble.quoteMissing}</span>
        </span>
      )}
    </>
  );
}

/** Whether a message answers one that was never here: from before, or of another inbox. */
function quotesUnknown(message: Message): boolean {
  const { context } = contentOf(message);
  return typeof context === 'object' && context !== null && ('id' in context || 'message_id' in context);
}

function Mark({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <span className={styles.mark}>
      <span aria-hidden>{icon}</span> {children}
    </span>
  );
}

/** The ad that brought the customer here. Its picture is on Meta's servers and is not loaded. */
function Referral({ referral }: { referral: AdReferral }) {
  const { headline, body, link, mediaType, greeting } = referral;
  return (
    <div className={styles.referral}>
      <Mark icon={<Megaphone size={13} />}>{referral.isAd ? k.fromAd : k.fromPost}</Mark>
      {headline && <bdi className={styles.title}>{headline}</bdi>}
      {body && <bdi>{body}</bdi>}
      {greeting && <bdi className={styles.detail}>{k.greeting(greeting)}</bdi>}
      {mediaType && (
        <span className={styles.detail}>{mediaType === 'video' ? k.adVideo : k.adPicture}</span>
      )}
      {link && (
        <a href={link} target="_blank" rel="noopener noreferrer nofollow">
          {link}
        </a>
      )}
    </div>
  );
}
