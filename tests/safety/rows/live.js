/** The Worker `shop` as the account has it, and what somebody else deploys over it. */
export const script = ({ local }) => local.state.scripts.get("shop");
export const live = (account) => script(account).versions[0];
export const deploys = (settings) => (account) => account.foreign.dashboardDeploy("shop", settings);
export const bindingNamed = (account, wanted) => live(account).bindings.find(({ name }) => name === wanted);
