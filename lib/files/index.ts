export { type Files, type Kind, writeOutputs } from './outputs';
export { readIfThere, writePrivateFile, writeWhole } from './private';
export { folderOutside, newFolderOutside, writePrivateFolder } from './private-folder';
export { FileError, fileProblem, jsonOf, readText, withFile } from './problem';
export { projectFilesRead, readProjectFile } from './project';
export { projectFolder } from './project-folder';
export { PROJECT_VERSION } from './version';
export { isWrittenBySynth, WRITTEN_BY } from './written-by';
