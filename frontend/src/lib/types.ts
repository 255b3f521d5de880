import type { components } from './api-types';

type Schemas = components['schemas'];

export type PhoneNumber = Schemas['PhoneNumber'];
export type Conversation = Schemas['Conversation'];
export type Message = Schemas['Message'];
export type MessageStatus = Message['status'];
export type ConversationPage = Schemas['Conversations'];
export type MessagePage = Schemas['Messages'];
export type Accepted = Schemas['SendMessageAnswer'];
export type ActivityHour = Schemas['Activity']['hours'][number];
export type ProblemBody = Schemas['Problem'];
