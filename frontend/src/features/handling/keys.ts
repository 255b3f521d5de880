export const bulkKeys = {
  amiss: (jobId: string) => ['jobs', jobId, 'amiss'] as const,
};
