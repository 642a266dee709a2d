import { createService } from '#shared/http/service.ts';

import { type Bindings, configured } from './env.ts';
import { addAdminCategoryRoutes } from './routes/admin-categories/admin-categories.handlers.ts';
import { addAdminProductRoutes } from './routes/admin-products/admin-products.handlers.ts';
import { addAdminReviewRoutes } from './routes/admin-reviews/admin-reviews.handlers.ts';
import { addCategoryRoutes } from './routes/categories/categories.handlers.ts';
import { addExportRoutes } from './routes/exports/exports.handlers.ts';
import { addImageRoutes } from './routes/images/images.handlers.ts';
import { addImportRoutes } from './routes/imports/imports.handlers.ts';
import { addInventoryRoutes } from './routes/inventory/inventory.handlers.ts';
import { addPathResources } from './routes/path-resources.ts';
import { addProductRoutes } from './routes/products/products.handlers.ts';
import { addReviewRoutes } from './routes/reviews/reviews.handlers.ts';

export const app = createService<Bindings>('products', configured);
addPathResources(app);
addCategoryRoutes(app);
addAdminCategoryRoutes(app);
addProductRoutes(app);
// Before the routes of a product, whose id would match `import` and `export`.
addImportRoutes(app);
addExportRoutes(app);
addAdminProductRoutes(app);
addImageRoutes(app);
addInventoryRoutes(app);
addReviewRoutes(app);
addAdminReviewRoutes(app);
