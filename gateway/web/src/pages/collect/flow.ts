import { beginCollectionFace, completeCollectionFace, getCollection, type CollectionStep } from '@/api/contract';
import { asApiError } from '@/api/problem';
import { ensureStarted, setCollection, useSession } from '@/composables/useSession';
import { createFaceFlow } from '@/composables/useFaceFlow';

export const STEPS = ['填写身份', '人脸识别', '完善信息'] as const;

/** The face check of the collection. */
export const collectionCheck = createFaceFlow({
  name: 'collect',
  begin: async (consent, act) => (await beginCollectionFace({ consent }, { act })).faceSession,
  complete: async (faceSessionId, act) => {
    const { nextStep, expireTime } = await completeCollectionFace({ faceSessionId }, { act });
    const { state } = useSession();
    if (state.collection) setCollection({ ...state.collection, nextStep, expireTime });
  },
});

/** Reads where the collection stands; false if there is none any more. */
export async function readCollection(): Promise<boolean> {
  await ensureStarted();
  try {
    setCollection(await getCollection({ quiet: true }));
    return true;
  } catch (error) {
    if (asApiError(error).status !== 404) throw error;
    setCollection(undefined);
    return false;
  }
}

/** The page of the step that comes next. */
export function pageOf(nextStep: CollectionStep): string {
  if (nextStep === 'COLLECTION_STEP_PROFILE') return '/collect/profile';
  return nextStep === 'COLLECTION_STEP_DONE' ? '/collect/done' : '/collect/confirm';
}
