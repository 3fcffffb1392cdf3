import { beginStepUp, completeStepUp } from '@/api/contract';
import { createFaceFlow } from '@/composables/useFaceFlow';
import { restartLive } from '@/composables/useLive';
import { setSession } from '@/composables/useSession';

/** The face check within a session; its passing renews the session. */
export const stepUpCheck = createFaceFlow({
  name: 'step-up',
  begin: async (consent, act) => (await beginStepUp({ consent }, { act })).faceSession,
  complete: async (faceSessionId, act) => {
    setSession((await completeStepUp({ faceSessionId }, { act })).session);
    restartLive();
  },
});
