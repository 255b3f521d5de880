import type { Conversation, Job, Member, Message, Note, Notification, ScheduledMessage } from '../lib/types';

/** Objects as the API gives them, for tests; what a test cares about it names itself. */
export function aMessage(given: Partial<Message> = {}): Message {
  const text = given.text ?? 'Hello';
  return {
    id: 'm1',
    conversation_id: 'c1',
    wamid: 'wamid.1',
    direction: 'inbound',
    origin: given.direction === 'outbound' ? 'livechat' : 'customer',
    message_type: 'text',
    text,
    content: { text: { body: text } },
    status: given.direction === 'outbound' ? 'sent' : 'received',
    error: null,
    timestamp: '2026-11-22T10:00:00.000000Z',
    sent_at: null,
    delivered_at: null,
    read_at: null,
    failed_at: null,
    client_message_id: null,
    sent_by: null,
    reply_to: null,
    resend_of: null,
    reactions: [],
    ...given,
  };
}

export function aConversation(given: Partial<Conversation> = {}): Conversation {
  return {
    id: 'c1',
    user_id: 'u1',
    phone_number_id: '100',
    customer_phone: '917755991051',
    customer_user_id: null,
    customer_username: null,
    customer_name: 'Asha Kulkarni',
    last_message: null,
    last_message_time: '2026-11-22T10:00:00.000000Z',
    unread_count: 0,
    my_unread_count: 0,
    counted_total: 0,
    read_total: 0,
    window_expires_at: '2026-11-23T10:00:00.000000Z',
    draft: null,
    marketing_opt_out: false,
    is_blocked: false,
    labels: [],
    workspace_id: 'w1',
    assignee: null,
    team: null,
    status: 'open',
    snoozed_until: null,
    waiting_since: null,
    version: 0,
    ...given,
  };
}

export function aMember(given: Partial<Member> = {}): Member {
  return {
    user_id: 'ben',
    name: 'Ben',
    email: 'ben@example.com',
    role: 'agent',
    is_owner: false,
    state: 'active',
    visibility: 'all',
    phone_number_ids: null,
    team_ids: [],
    availability: 'available',
    availability_until: null,
    presence: 'active',
    can_receive: true,
    joined_at: '2026-11-01T10:00:00.000000Z',
    ...given,
  };
}

export function aScheduledMessage(given: Partial<ScheduledMessage> = {}): ScheduledMessage {
  return {
    id: 's1',
    phone_number_id: '100',
    conversation_id: 'c1',
    author: { user_id: 'u1', name: 'Ines' },
    state: 'scheduled',
    send_at: '2035-01-01T09:00:00.000000Z',
    cancel_if_customer_writes: false,
    message_type: 'text',
    text: 'Did it come?',
    content: { text: { body: 'Did it come?' } },
    reply_to: null,
    client_message_id: null,
    message_id: null,
    reason: null,
    detail: null,
    created_at: '2026-11-22T10:00:00.000000Z',
    ended_at: null,
    ...given,
  };
}

export function aNote(given: Partial<Note> = {}): Note {
  return {
    id: 'note1',
    conversation_id: 'c1',
    author: { user_id: 'ben', name: 'Ben' },
    body: 'Paid twice',
    mentions: [],
    created_at: '2026-11-22T10:00:00.000000Z',
    edited_at: null,
    deleted_at: null,
    version: 1,
    ...given,
  };
}

export function aNotification(given: Partial<Notification> = {}): Notification {
  return {
    id: 'n1',
    kind: 'mention',
    conversation_id: 'c1',
    cause_id: 'note1',
    count: 1,
    at: '2026-11-22T10:00:00.000000Z',
    seen_at: null,
    done_at: null,
    ...given,
  };
}

export function aJob(given: Partial<Job> = {}): Job {
  return {
    id: 'j1',
    action: 'status',
    state: 'queued',
    total: 1,
    done: 0,
    skipped: 0,
    failed: 0,
    operation_id: 'o1',
    created_at: '2026-11-22T10:00:00.000000Z',
    finished_at: null,
    ...given,
  };
}
