// Calls that other branches bring; removed once they are in the document.
import type { Message, ProblemBody } from './types';
import type { Template } from './templates';
type Problem = { content: { 'application/problem+json': ProblemBody } };
declare module './api-types' {
  interface paths {
    '/api/live-chat/messages/{message_id}/media/retry': {
      post: {
        parameters: { path: { message_id: string } };
        responses: { 202: { content: { 'application/json': Message } }; 404: Problem };
      };
    };
    '/api/live-chat/templates': {
      get: {
        parameters: { query: { phone_number_id: string; search?: string; language?: string; category?: string; status?: string } };
        responses: {
          200: { content: { 'application/json': { templates: Template[]; synced_at: string | null } } };
          404: Problem;
        };
      };
    };
    '/api/live-chat/templates/sync': {
      post: {
        parameters: { query?: never };
        requestBody: { content: { 'application/json': { phone_number_id: string } } };
        responses: { 202: { content: { 'application/json': { synced_at: string | null } } }; 404: Problem };
      };
    };
  }
}
