import type { LiveEvent } from '../../lib/apply-event';
import { preview } from '../../lib/message/preview';
import { customerName } from '../../lib/names';
import { getSettings } from '../../lib/settings';
import { chime } from '../../lib/sound';
import { u } from '../../words/user-en';
import { claimTelling, isAttended } from './attendance';

// What is older was missed, and is told by the counts.
const FRESH_MS = 120_000;

/** As the agent has asked for: on the desktop, by a sound, or not at all. In a chunk of its own: most ask for neither. */
export async function tell(event: LiveEvent, open: (conversationId: string, phoneNumberId: string) => void): Promise<void> {
  const { type, message, conversation } = event;
  const { desktopNotifications, sound, volume, mutedNumbers } = getSettings();
  if (!desktopNotifications && !sound) return;
  if (type !== 'message.created' || message?.direction !== 'inbound' || conversation === null) return;
  // History, group notices and what was read elsewhere raise no count.
  if (conversation.unread_count === 0 || Date.now() - Date.parse(message.timestamp) > FRESH_MS) return;
  if (mutedNumbers.includes(conversation.phone_number_id)) return;
  if ((await isAttended(conversation.id)) || !(await claimTelling(message.id))) return;
  if (sound) chime(volume);
  if (!desktopNotifications || typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
  try {
    const shown = new Notification(customerName(conversation), {
      body:
        conversation.unread_count > 1
          ? u.notifications.more(preview(message), conversation.unread_count)
          : preview(message),
      // One for a conversation: the next takes its place.
      tag: `livechat.${conversation.id}`,
      silent: true,
    });
    shown.addEventListener('click', () => {
      window.focus();
      open(conversation.id, conversation.phone_number_id);
      shown.close();
    });
  } catch {
    // Some phones' browsers give notifications to installed pages only.
  }
}
