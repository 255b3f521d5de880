import type { components } from '../../lib/api-types';
import type { Member, Workspace } from '../../lib/types';

type Schemas = components['schemas'];

export type MemberChanges = Schemas['MemberChanges'];
export type Invitation = Schemas['Invitation'];
export type Invitations = Schemas['Invitations'];
export type Invite = Schemas['Invite'];
export type CannedGiven = Pick<Schemas['NewCannedReply'], 'scope' | 'team_id' | 'shortcut' | 'title' | 'body'>;
export type MacroGiven = Pick<Schemas['NewMacro'], 'scope' | 'team_id' | 'name' | 'steps'>;
export type MacroStep = Schemas['MacroStep'];
export type Role = Member['role'];
export type Visibility = Member['visibility'];

export const ROLES: readonly Role[] = ['admin', 'agent', 'viewer'];
export const VISIBILITIES: readonly Visibility[] = ['all', 'team', 'own'];
export const SECTIONS = ['members', 'teams', 'invitations', 'labels', 'attributes', 'canned', 'macros', 'rules', 'workspace'] as const;
export type Section = (typeof SECTIONS)[number];

/** Agents and viewers see who is there; what may be changed is an admin's. */
export const canManage = (workspace: Workspace): boolean => workspace.role === 'admin';

/** Invitations are for admins alone: the server tells nobody else of them. */
export const sectionsOf = (workspace: Workspace): readonly Section[] =>
  SECTIONS.filter((section) => section !== 'invitations' || canManage(workspace));

export function sectionIn(path: string, workspace: Workspace): Section {
  const named = path.split('/')[3];
  return sectionsOf(workspace).find((section) => section === named) ?? 'members';
}

/** What a colleague is called, also before they have a name. */
export const memberName = (member: Pick<Member, 'name' | 'email' | 'user_id'>): string =>
  member.name ?? member.email ?? member.user_id.slice(0, 8);

/** You first, then the others by name; who is suspended stands at the end. */
export function inOrder(members: readonly Member[], userId: string): Member[] {
  const rank = (member: Member) => (member.user_id === userId ? 0 : member.state === 'active' ? 1 : 2);
  return members.toSorted((a, b) => rank(a) - rank(b) || memberName(a).localeCompare(memberName(b)));
}

/** Who could take over what somebody leaves behind, also while they are away. */
export const heirsOf = (members: readonly Member[], leaving: string): Member[] =>
  members.filter(({ user_id, state, role }) => user_id !== leaving && state === 'active' && role !== 'viewer');

/** What may be done to a member, by whoever looks. */
export function actsOn(member: Member, workspace: Workspace, userId: string) {
  const isSelf = member.user_id === userId;
  const isManaged = canManage(workspace) && !isSelf && !member.is_owner;
  return {
    isSelf,
    name: isSelf || canManage(workspace),
    rights: isManaged,
    suspend: isManaged,
    remove: isManaged,
    leave: isSelf && !member.is_owner,
    makeOwner: workspace.is_owner && !isSelf && member.state === 'active',
  };
}

/** Only what differs: an admin who renames somebody must not take back what another admin has just allowed. */
export function changesOf(before: Member, after: Pick<Member, 'name' | 'role' | 'visibility' | 'phone_number_ids'>): MemberChanges {
  const sameNumbers = JSON.stringify(before.phone_number_ids?.toSorted()) === JSON.stringify(after.phone_number_ids?.toSorted());
  return {
    ...(after.name !== null && after.name !== before.name && { name: after.name }),
    ...(after.role !== before.role && { role: after.role }),
    ...(after.visibility !== before.visibility && { visibility: after.visibility }),
    ...(!sameNumbers && { phone_number_ids: after.phone_number_ids }),
  };
}

export type InvitationState = 'expired' | 'failed' | 'sent' | 'link';

export function stateOf(invitation: Invitation, now: Date): InvitationState {
  if (new Date(invitation.expires_at) <= now) return 'expired';
  if (invitation.send_error !== null) return 'failed';
  return invitation.sent_at === null ? 'link' : 'sent';
}

export type Warning = 'strands' | 'strands-without-address' | 'by-hand' | null;

/** What to know before a link is made. Where nobody may sign up, a link alone lets in only who has an account. */
export function warningFor(facts: Pick<Invitations, 'can_mail' | 'can_make_accounts' | 'sign_up_is_open'>, hasAddress: boolean): Warning {
  if (facts.sign_up_is_open === false) {
    if (!facts.can_make_accounts) return 'strands';
    if (!hasAddress) return 'strands-without-address';
  }
  return hasAddress && !facts.can_mail ? 'by-hand' : null;
}
