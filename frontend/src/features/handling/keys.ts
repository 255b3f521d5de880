export const bulkKeys = {
  amiss: (jobId: string) => ['jobs', jobId, 'amiss'] as const,
};

export const macroKeys = {
  preview: (macroId: string, conversationId: string) => ['macro-preview', macroId, conversationId] as const,
};
