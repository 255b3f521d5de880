import type { components } from './api-types';

type Schemas = components['schemas'];

export type PhoneNumber = Schemas['PhoneNumber'];
export type Conversation = Schemas['Conversation'];
export type Message = Schemas['Message'];
/** What the team changed of a conversation, and what they wrote to each other about it. */
export type Change = Schemas['Change'];
export type Note = Schemas['Note'];
/** What the agent is told of, and no colleague. */
export type Notification = Schemas['Notification'];
/** A message that is to be sent at a time. */
export type ScheduledMessage = Schemas['ScheduledMessage'];
/** What the agent wants to be told of at a time. */
export type Reminder = Schemas['Reminder'];
export type Workspace = Schemas['Workspace'];
export type Member = Schemas['Member'];
export type Team = Schemas['Team'];
export type Label = Schemas['Label'];
export type CannedReply = Schemas['CannedReply'];
/** Several steps under one name, and what they would do in a conversation. */
export type Macro = Schemas['Macro'];
export type MacroPreview = Schemas['MacroPreview'];
/** How conversations of a number or a team are given out by themselves. */
export type Rule = Schemas['Rule'];
/** The answer to a change of a conversation: it as it is now, and what the change is undone by. */
export type HandledConversation = Schemas['HandledConversation'];
/** Something that is asked for of many conversations, and how far it is. */
export type Bulk = Schemas['Bulk'];
export type Job = Schemas['Job'];
/** A page of what was found. */
export type SearchPage = Schemas['Search'];
export type MessageStatus = Message['status'];
export type ConversationPage = Schemas['Conversations'];
export type MessagePage = Schemas['Messages'];
export type Accepted = Schemas['SendMessageAnswer'];
export type ActivityHour = Schemas['Activity']['hours'][number];
export type ProblemBody = Schemas['Problem'];
/** A filter and an order of the list, under a name. */
export type View = Schemas['View'];
