// The one icon set of the client (Lucide, ISC), named one by one so that only
// these are shipped.
export {
  Archive, ArrowLeft, Bold, BookOpen, Check, ChevronDown, ChevronRight, CircleHelp, Clock, Download, Ellipsis, FileText, Folder, FolderInput, Forward,
  Image, ImageOff, Inbox, Italic, Keyboard, Link, List, ListOrdered, LogOut, Mail, MailOpen, Maximize2, Minimize2, Minus, MailWarning,
  PanelLeft, Paperclip, Pencil, Quote, RefreshCw, Reply, ReplyAll, RemoveFormatting, Search, Send, Settings, ShieldAlert, SquarePen, Star, Strikethrough,
  Tag, SlidersHorizontal, Plus, Bookmark, CheckCheck, ChevronUp, CircleAlert, UserCheck, CircleCheck,
  GripVertical, ListFilter, Plane,
  Trash2, Underline, Users, WifiOff, X, FileSpreadsheet, FileArchive, FileImage, File,
} from 'lucide-react'
export type { LucideIcon } from 'lucide-react'
