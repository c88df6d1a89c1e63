//  The plan that the commands run. Nothing else here has to name it.

import Engagement
import Reports

/// Who watched what, and for how long.
package let builtInPlan: any Plan = .engagement
