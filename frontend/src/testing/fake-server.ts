import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import type { Conversation, Label, Member, Message, Note, Notification, PhoneNumber, Reminder, ScheduledMessage, Team, Workspace } from '../lib/types';
import { aConversation, aMember, aMessage } from './samples';

const API = '*/api/live-chat';

export const aNumber: PhoneNumber = {
  phone_number_id: '100',
  workspace_id: 'w1',
  waba_id: '200',
  display_phone_number: '+91 77559 00000',
  verified_name: 'Asha’s Bakery',
  status: 'connected',
  paused_reason: null,
  notices: [],
  quality_rating: 'GREEN',
  messaging_limit: 'TIER_2K',
  throughput: 'STANDARD',
  unread_count: 0,
};

const aWorkspace: Workspace = {
  id: 'w1',
  name: 'Asha’s Bakery',
  time_zone: 'Asia/Kolkata',
  role: 'admin',
  is_owner: true,
  require_mfa: false,
  member_count: 2,
};

/** What a send is answered with, in place of the ordinary 202; called after the message was stored or not. */
export type Answer = (() => Response | Promise<Response>) & { isStored?: boolean };

export const problem = (status: number, code: string, detail: string, headers: Record<string, string> = {}): Response =>
  HttpResponse.json({ type: 'about:blank', title: detail, status, code, detail }, { status, headers });

/** The live chat's server as far as its API says it: messages are stored once for each idempotency key. */
export class FakeServer {
  conversations: Conversation[] = [];
  messages: Message[] = [];
  /** Notes and changes, as the timeline has them. */
  margin: object[] = [];
  /** The agent is u1. */
  role: Workspace['role'] = 'admin';
  members: Member[] = [aMember({ user_id: 'u1', name: 'Ines' }), aMember()];
  teams: Team[] = [];
  labels: Label[] = [];
  notifications: Notification[] = [];
  reminders: Reminder[] = [];
  scheduled: ScheduledMessage[] = [];
  /** Idempotency keys of the sends, as they came. */
  readonly sends: string[] = [];
  /** Their bodies. */
  readonly bodies: object[] = [];
  /** Queries of the list, as they came. */
  readonly asked: URLSearchParams[] = [];
  /** Queries of the search, as they came. */
  readonly searched: URLSearchParams[] = [];
  /** In place of the search; by default people are found by name, and messages and notes by their text. */
  searchAnswer: ((query: URLSearchParams) => Response | Promise<Response>) | null = null;
  notes: Note[] = [];
  readonly drafts: string[] = [];
  /** For the next sends; then they are accepted. */
  readonly answers: Answer[] = [];
  /** In place of the list. */
  listAnswer: (() => Response | Promise<Response>) | null = null;
  pageSize = 50;

  readonly network = setupServer(
    http.get(`${API}/events`, () => new HttpResponse(null, { status: 501 })),
    http.get(`${API}/phone-numbers`, () => HttpResponse.json({ phone_numbers: [aNumber] })),
    http.get(`${API}/workspaces`, () => HttpResponse.json({ workspaces: [{ ...aWorkspace, role: this.role }] })),
    http.get(`${API}/workspaces/:id/members`, () => HttpResponse.json({ members: this.members })),
    http.get(`${API}/workspaces/:id/viewers`, () => new Promise<Response>(() => undefined)),
    http.get(`${API}/workspaces/:id/teams`, () => HttpResponse.json({ teams: this.teams })),
    http.get(`${API}/workspaces/:id/labels`, () => HttpResponse.json({ labels: this.labels })),
    http.get(`${API}/reminders`, () => HttpResponse.json({ reminders: this.reminders, next_cursor: null })),
    http.get(`${API}/scheduled-messages`, () => HttpResponse.json({ scheduled_messages: this.scheduled, next_cursor: null })),
    http.get(`${API}/notifications`, () => HttpResponse.json({ notifications: this.notifications, next_cursor: null })),
    http.post(`${API}/notifications/:id/done`, ({ params }) => {
      const at = new Date().toISOString();
      this.notifications = this.notifications.map((one) => (one.id === params.id ? { ...one, done_at: at } : one));
      return HttpResponse.json(this.notifications.find((one) => one.id === params.id));
    }),
    http.put(`${API}/workspaces/:id/availability`, async ({ request }) => {
      const { chosen } = (await request.json()) as { chosen: Member['availability'] };
      this.members = this.members.map((one) => (one.user_id === 'u1' ? { ...one, availability: chosen } : one));
      const { user_id, availability, availability_until, presence, can_receive } = this.members[0] ?? aMember();
      return HttpResponse.json({ user_id, availability, availability_until, presence, can_receive });
    }),
    http.get(`${API}/search`, ({ request }) => this.search(new URL(request.url).searchParams)),
    http.get(`${API}/conversations`, ({ request }) => this.list(new URL(request.url).searchParams)),
    http.get(`${API}/conversations/counts`, () => HttpResponse.json(this.counts())),
    http.get(`${API}/conversations/:id`, ({ params }) => {
      const found = this.conversations.find((item) => item.id === params.id);
      return found ? HttpResponse.json(found) : problem(404, 'not_found', 'There is none.');
    }),
    http.put(`${API}/conversations/:id/draft`, async ({ request, params }) => {
      const { text } = (await request.json()) as { text: string };
      this.drafts.push(text);
      return HttpResponse.json(this.conversations.find((item) => item.id === params.id));
    }),
    http.post(`${API}/conversations/:id/read`, ({ params }) =>
      HttpResponse.json(this.conversations.find((item) => item.id === params.id)),
    ),
    // Said and asked beside all else: an answer would be a sign that the line is back, for tests that have cut it.
    http.post(`${API}/presence`, () => new Promise<Response>(() => undefined)),
    http.post(`${API}/conversations/:id/typing`, () => new HttpResponse(null, { status: 204 })),
    http.post(`${API}/conversations/:id/presence`, () => new HttpResponse(null, { status: 204 })),
    http.get(`${API}/conversations/:id/timeline`, () =>
      HttpResponse.json({ entries: this.margin, has_before: false, has_after: false }),
    ),
    http.get(`${API}/messages`, () =>
      HttpResponse.json({ messages: this.messages, total: this.messages.length, limit: 50, offset: 0, first_unread_id: null, last_unread_id: null }),
    ),
    http.post(`${API}/send-message`, ({ request }) => this.send(request)),
  );

  /** Of what is open. */
  private counts() {
    const open = this.conversations.filter((item) => item.status === 'open');
    const count = (holds: (item: Conversation) => boolean) => open.filter(holds).length;
    return {
      mine: count((item) => item.assignee?.user_id === 'u1'),
      unassigned: count((item) => item.assignee === null),
      all: open.length,
      waiting: count((item) => Boolean(item.waiting_since)),
      closing: 0,
      mine_unread: count((item) => item.assignee?.user_id === 'u1' && (item.my_unread_count ?? 0) > 0),
    };
  }

  private async list(query: URLSearchParams): Promise<Response> {
    this.asked.push(query);
    if (this.listAnswer) return this.listAnswer();
    const search = query.get('search')?.toLowerCase() ?? '';
    const found = this.conversations.filter(
      (item) =>
        (query.get('unread') !== 'mine' || (item.my_unread_count ?? 0) > 0) &&
        (query.get('scope') !== 'mine' || item.assignee?.user_id === 'u1') &&
        (query.get('scope') !== 'unassigned' || item.assignee === null) &&
        (!query.has('status') || query.get('status') === item.status) &&
        (item.customer_name?.toLowerCase().includes(search) ?? false),
    );
    const from = Number(query.get('cursor') ?? 0);
    const next = from + this.pageSize;
    return HttpResponse.json({
      conversations: found.slice(from, next),
      next_cursor: next < found.length ? String(next) : null,
    });
  }

  private async search(query: URLSearchParams): Promise<Response> {
    this.searched.push(query);
    if (this.searchAnswer) return this.searchAnswer(query);
    const kinds = (query.get('in') ?? 'messages,people,notes').split(',');
    const limit = Number(query.get('limit'));
    const q = query.get('q')?.toLowerCase() ?? '';
    const conversation = this.conversations[0];
    const spansIn = (text: string | null): number[][] => {
      const at = text?.toLowerCase().indexOf(q) ?? -1;
      return at === -1 ? [] : [[at, at + q.length]];
    };
    const hits = <T>(name: string, all: T[], textOf: (one: T) => string | null) =>
      all
        .map((one) => ({ [name]: one, conversation, spans: spansIn(textOf(one)) }))
        .filter((hit) => hit.spans.length > 0)
        .slice(0, limit);
    return HttpResponse.json({
      people: kinds.includes('people') ? this.conversations.filter((one) => one.customer_name?.toLowerCase().includes(q)).slice(0, limit) : [],
      messages: kinds.includes('messages') ? hits('message', this.messages, (one) => one.text) : [],
      notes: kinds.includes('notes') ? hits('note', this.notes, (one) => one.body) : [],
      next_cursor: null,
      partial: false,
    });
  }

  private async send(request: Request): Promise<Response> {
    const key = request.headers.get('Idempotency-Key') ?? '';
    const body = (await request.json()) as { conversation_id: string; message: string };
    this.sends.push(key);
    this.bodies.push(body);
    const answer = this.answers.shift();
    if (!answer || answer.isStored) this.store(key, body);
    if (answer) return answer();
    const message = this.messages.find((item) => item.client_message_id === key);
    return HttpResponse.json({ message, conversation: this.conversations[0] }, { status: 202 });
  }

  private store(key: string, body: { conversation_id: string; message: string }): void {
    if (this.messages.some((item) => item.client_message_id === key)) return;
    const message = aMessage({
      id: `stored-${this.messages.length + 1}`,
      client_message_id: key,
      conversation_id: body.conversation_id,
      direction: 'outbound',
      status: 'queued',
      text: body.message,
      wamid: null,
      timestamp: new Date().toISOString(),
    });
    this.messages = [...this.messages, message];
  }
}

/** A conversation that can be answered now. */
export const anOpenConversation = (given: Partial<Conversation> = {}): Conversation =>
  aConversation({ window_expires_at: new Date(Date.now() + 20 * 3600_000).toISOString(), ...given });
