import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';

/** The properties of every resource of a type, in no order. */
export function propertiesOf<Shape>(template: Template, type: string, shape: z.ZodType<Shape>): Shape[] {
  const resource = z.object({ Properties: shape });
  return Object.values(template.findResources(type)).map((found) => resource.parse(found).Properties);
}
