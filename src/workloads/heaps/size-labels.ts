/** Labels that need no names: objects by size and position. */
import { listOf } from '../../base/large-arrays.ts';
import { sizeOf, type HeapImage } from './image.ts';
import { BY_POSITION, GroupNumbers, type HeapLabels } from './labels.ts';

/** Returns the groups of objects of one size. */
export function groupBySize(image: Pick<HeapImage, 'objects' | 'sizes' | 'oversized'>): Pick<HeapLabels, 'by' | 'groupOf' | 'groups'> {
  const sizes = new GroupNumbers<number>();
  const groupOf = listOf(image.objects);
  for (let i = 0; i < image.objects; i++) groupOf[i] = sizes.of(sizeOf(image, i));
  return { by: 'size', groupOf, groups: sizes.keys.map(String) };
}

/** Returns the labels of an image, made up from sizes and positions if its importer kept none. */
export function labelsOf(image: Pick<HeapImage, 'objects' | 'sizes' | 'oversized' | 'labels'>): HeapLabels {
  return image.labels ?? { ...groupBySize(image), ...BY_POSITION };
}
