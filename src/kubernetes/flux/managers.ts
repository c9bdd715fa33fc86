/** The field managers of Flux's controllers; older ones carry the prefix `gotk-`. */
export function isFluxManager(manager: string): boolean {
  return /^(gotk-)?(kustomize|helm)-controller$/.test(manager);
}

/** Controllers that set replicas on purpose: what they do is no drift. */
export function isAutoscaler(manager: string): boolean {
  return /^(kube-controller-manager|horizontal-pod-autoscaler|keda|vpa|flagger|rollouts-controller)\b/.test(manager);
}
