; The installer for Windows, by Inno Setup 6. bundle.py calls it:
;   iscc /DVersion=0.1.0 /DSource=build\light\cozviewer /DEndings=build\light\endings.iss
;       /Odist /Fcozviewer installer.iss

[Setup]
AppId={{6A0E6A1D-6C55-4C0B-9A43-0B7C0F6C2C11}
AppName=cozviewer
AppVersion={#Version}
AppPublisher=cozviewer contributors
DefaultDirName={autopf}\cozviewer
DefaultGroupName=cozviewer
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ChangesAssociations=yes
ChangesEnvironment=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
Compression=lzma2/max
SolidCompression=yes
LicenseFile=..\..\LICENSE
SetupIconFile=cozviewer.ico
UninstallDisplayIcon={app}\cozviewer.exe

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"

[Tasks]
Name: "associate"; Description: "Open .cozview sessions with cozviewer"
Name: "path"; Description: "Add cozviewer to the command line"; Flags: unchecked

[Files]
Source: "{#Source}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\cozviewer"; Filename: "{app}\cozviewer.exe"

[Registry]
Root: HKA; Subkey: "Software\Classes\.cozview"; ValueType: string; ValueData: "cozviewer.session"; \
    Flags: uninsdeletevalue; Tasks: associate
Root: HKA; Subkey: "Software\Classes\cozviewer.session"; ValueType: string; \
    ValueData: "cozviewer session"; Flags: uninsdeletekey; Tasks: associate
Root: HKA; Subkey: "Software\Classes\cozviewer.session\shell\open\command"; ValueType: string; \
    ValueData: """{app}\cozviewer.exe"" ""%1"""; Tasks: associate
; In "Open with" for pictures, without taking them over; Endings has a line for each kind.
Root: HKA; Subkey: "Software\Classes\Applications\cozviewer.exe"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\cozviewer.exe\shell\open\command"; \
    ValueType: string; ValueData: """{app}\cozviewer.exe"" ""%1"""
#include Endings
Root: HKA; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; \
    ValueData: "{olddata};{app}"; Tasks: path; \
    Check: not IsAdminInstallMode and PathLacksProgram

[Run]
Filename: "{app}\cozviewer.exe"; Description: "Open cozviewer"; Flags: postinstall nowait skipifsilent

[Code]
const
  Environment = 'Environment';

{ The user's Path with a semicolon before and after, so that each folder in it stands between two;
  ';;' if there is none. }
function DelimitedPath: String;
var
  Path: String;
begin
  if not RegQueryStringValue(HKEY_CURRENT_USER, Environment, 'Path', Path) then
    Path := '';
  Result := ';' + Path + ';';
end;

{ The position in such a Path of the semicolon before the folder of the program; 0 if it is not in
  there. }
function PlaceOfProgram(Path: String): Integer;
begin
  Result := Pos(Uppercase(ExpandConstant(';{app};')), Uppercase(Path));
end;

{ Whether the folder of the program is not yet in the Path, to which each installation would add it
  again. }
function PathLacksProgram: Boolean;
begin
  Result := PlaceOfProgram(DelimitedPath) = 0;
end;

{ Takes the folder of the program, which the task "path" added, out of the Path. }
procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Path: String;
  Place: Integer;
begin
  if Step <> usPostUninstall then
    exit;
  Path := DelimitedPath;
  Place := PlaceOfProgram(Path);
  if Place = 0 then
    exit;
  Delete(Path, Place, Length(ExpandConstant(';{app}')));
  RegWriteExpandStringValue(HKEY_CURRENT_USER, Environment, 'Path',
    Copy(Path, 2, Length(Path) - 2));
end;
