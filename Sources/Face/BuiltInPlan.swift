//  The plan that the commands run. Nothing else here has to name it.

import Engagement
import Records

extension PlanSettings {
    static var builtIn: PlanSettings { .engagement }
}
